/**
 * `uploadResumable` of the client, over a line that breaks. What holds: bytes arrive whole and once, whatever is cut;
 * refusals are the client's typed errors; an upload that is given up leaves nothing.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssayClient, AssayError, AssayUnreachableError } from '@assay/client';
import { startTestApi, type TestApi } from '../support/api';
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy';

const bytes = randomBytes(3_000_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');

let api: TestApi;
let proxy: CuttingProxy;
beforeAll(async () => {
  api = await startTestApi({ ASSAY_MAX_BYTES: '5000000' });
});
afterEach(() => proxy?.close());
afterAll(() => api?.close());

const clientOver = async (cuts: number): Promise<AssayClient> => {
  proxy = await cuttingProxy(api.url, 700_000, cuts);
  return new AssayClient({ baseUrl: proxy.url, apiKey: api.key });
};

it('goes on over a line that is cut three times', async () => {
  const client = await clientOver(3);
  const seen: number[] = [];
  const onProgress = (sent: number) => seen.push(sent);
  const done = await client.uploadResumable(bytes, { name: 'clip.mp4', scan: true, onProgress });
  expect(proxy.cuts()).toBe(3);
  expect(done).toEqual({ media: sha256, scan: expect.stringMatching(/^sc_/) });
  expect(await api.client.getMedia(sha256)).toMatchObject({ bytes: bytes.length, name: 'clip.mp4' });
  expect(seen.at(-1)).toBe(bytes.length);
});

it('sends a file from the disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-client-'));
  writeFileSync(join(folder, 'clip'), bytes);
  const client = await clientOver(1);
  const done = await client.uploadResumable(createReadStream(join(folder, 'clip')), { name: 'clip' });
  expect([done, proxy.cuts()]).toEqual([{ media: sha256, scan: null }, 1]);
  rmSync(folder, { recursive: true });
});

it('refusals are typed', async () => {
  const { url } = await cuttingProxyTo(api.url);
  const wrongKey = new AssayClient({ baseUrl: url, apiKey: 'wrong' });
  const refused = await wrongKey.uploadResumable(bytes).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(AssayError);
  expect(refused).toMatchObject({ status: 401, code: 'unauthorized' });
  await expect(api.client.uploadResumable(bytes, { scan: 'nope' })).rejects.toMatchObject({ code: 'unknown-policy' });
  const large = Buffer.alloc(5_000_001);
  await expect(api.client.uploadResumable(large)).rejects.toMatchObject({ code: 'too-large' });
});

it('an upload that is given up is gone', async () => {
  const client = await clientOver(0);
  const leaving = new AbortController();
  const before = (await api.stored()).length;
  const onProgress = () => leaving.abort(new Error('given up'));
  await expect(client.uploadResumable(bytes, { onProgress }, leaving.signal)).rejects.toThrow('given up');
  while ((await api.stored()).length > before) await new Promise((resolve) => setTimeout(resolve, 20));
});

async function cuttingProxyTo(url: string): Promise<CuttingProxy> {
  return (proxy = await cuttingProxy(url, Infinity, 0));
}

it('a service that is not there is a typed error in the end', async () => {
  const nobody = new AssayClient({ baseUrl: 'http://127.0.0.1:1', apiKey: api.key });
  const sending = nobody.uploadResumable(bytes, { retryDelaysMs: [0, 10] });
  await expect(sending).rejects.toBeInstanceOf(AssayUnreachableError);
});
