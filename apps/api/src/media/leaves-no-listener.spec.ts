/**
 * The signal of a request depends on one that lives as long as the service. A listener left on it keeps the whole request:
 * found by the soak, where the API grew by 14 kB an upload.
 */
import { getEventListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { accepted } from '@assay/contracts';
import { hashContent } from './hash-content';
import { receiveForm } from './receive-form';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

const form = (body: string): IncomingMessage =>
  Object.assign(Readable.from([Buffer.from(body)]), {
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  }) as unknown as IncomingMessage;
const whole = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nbytes\r\n--b--\r\n';

test.each([
  ['a form that was taken', whole],
  ['a form without an end', whole.slice(0, -12)],
])('%s leaves no listener behind', async (_, body) => {
  const { signal } = new AbortController();
  const during: number[] = [];
  const taking = receiveForm(
    form(body),
    async (file) => {
      during.push(listeners(signal));
      return accepted(await text(file));
    },
    signal,
  );
  await taking.catch(() => undefined);
  expect(during).toEqual([1]);
  expect(listeners(signal)).toBe(0);
});

test('content that was hashed leaves no listener behind', async () => {
  const { signal } = new AbortController();
  const hashing = hashContent(Readable.from([Buffer.from('bytes')]), 10, signal);
  expect(listeners(signal)).toBe(1);
  await hashing;
  expect(listeners(signal)).toBe(0);
});
