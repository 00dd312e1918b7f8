/**
 * The signal of a request depends on one that lives as long as the service. A listener left on it keeps the whole request:
 * found by the soak, where the API grew by 14 kB an upload. What `AbortSignal.any` leaves is 64 bytes, as often.
 */
import { EventEmitter, getEventListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { accepted } from '@assay/contracts';
import type { Ports } from '@assay/pipeline';
import type { Response } from 'express';
import { leftAtSignal } from '../../../../libs/pipeline/src/testing/left-at-signal';
import { HealthController } from '../health/health.controller';
import { untilGone } from '../http/until-gone';
import { hashContent } from './hash-content';
import { receiveForm } from './receive-form';
import { UploadTracker } from './upload-tracker';

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
    {
      check: () => undefined,
      async take(file) {
        during.push(listeners(signal));
        return accepted(await text(file));
      },
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

describe('at the signal of the service nothing is left', () => {
  const tracker = new UploadTracker();
  const request = () => Object.assign(new EventEmitter(), { complete: true }) as unknown as IncomingMessage;
  const response = () => new EventEmitter() as unknown as ServerResponse;

  test.each<[string, (work: () => Promise<void>) => Promise<void>]>([
    ['an upload', (work) => tracker.run(request(), work)],
    ['a fetched upload', (work) => tracker.runFor(response(), work)],
    ['an upload that nobody waits for', (work) => tracker.runToEnd(work)],
  ])('by %s', async (_, run) => {
    const { signal } = tracker['stopping'];
    const during: number[] = [];
    await run(async () => void during.push(leftAtSignal(signal)));
    expect(during).toEqual([1]);
    expect(leftAtSignal(signal)).toBe(0);
  });

  test('by a caller who waits', async () => {
    const { signal } = new AbortController();
    expect(await untilGone(response(), signal, async () => leftAtSignal(signal))).toBe(1);
    expect(leftAtSignal(signal)).toBe(0);
  });

  test('by a probe', async () => {
    const { signal } = new AbortController();
    const during: number[] = [];
    const check = async () => void during.push(leftAtSignal(signal));
    const ports = { index: { check }, store: { check }, models: { entries: [] }, mock: true } as unknown as Ports;
    const answer = { status: () => answer, set: () => answer };
    const { status } = await new HealthController(ports, signal).ready(answer as unknown as Response);
    expect([status, during]).toEqual(['ready', [1, 1]]);
    expect(leftAtSignal(signal)).toBe(0);
  });
});
