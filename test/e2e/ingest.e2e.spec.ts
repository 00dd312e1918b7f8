/**
 * Media by URL through the HTTP API, with a real server to fetch from. What holds:
 * - fetched bytes become the same media item as uploaded ones;
 * - every refusal is a problem document, names no address that a name stands for, and leaves nothing in the store;
 * - nobody's leaving, and no shutdown, leaves a download running.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Problem } from '@assay/contracts';
import { apiChecker } from '../../apps/api/testing/api-checker';
import { startTestApi, type TestApi } from '../support/api';

const maxBytes = 1_000_000;
const bytes = randomBytes(300_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');

let api: TestApi;
let server: Server;
let origin: string;
let open = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    open += 1;
    response.once('close', () => (open -= 1)).on('error', () => undefined);
    if (request.url === '/a%20clip.mp4') return response.end(bytes);
    if (request.url === '/empty') return response.end();
    if (request.url === '/large') return response.end(Buffer.alloc(maxBytes + 1));
    if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': '5000' }).write(bytes.subarray(0, 1000));
      return setTimeout(() => response.destroy(), 20);
    }
    if (request.url === '/stalls') return response.write(bytes.subarray(0, 1000));
    if (request.url === '/inside') return response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    return response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = await startTestApi({ ASSAY_MAX_BYTES: String(maxBytes), ASSAY_FETCH_PRIVATE_NETWORKS: '127.0.0.1/32' });
});
afterAll(async () => {
  await api?.close();
  server.closeAllConnections();
  server.close();
});

const ask = (body: unknown, init: RequestInit = {}) =>
  api.ask('/v1/media', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...init,
  });
async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}

it('fetches, hashes and names media; the same content uploaded is the same item', async () => {
  const first = await ask({ url: `${origin}/a%20clip.mp4` });
  expect([first.status, first.headers.get('location')]).toEqual([201, `/v1/media/${sha256}`]);
  const media = await first.json();
  expect(media).toMatchObject({ id: sha256, bytes: bytes.length, name: 'a clip.mp4' });
  const repeated = { ...media, takenInAt: expect.any(String) };
  expect(await api.client.uploadMedia(bytes)).toEqual(repeated);
  const again = await ask({ url: `${origin}/a%20clip.mp4`, name: 'other.mp4' });
  expect([again.status, await again.json()]).toEqual([200, repeated]);
  expect(await api.client.ingestUrl({ url: `${origin}/a%20clip.mp4` })).toEqual(repeated);
  const description = await apiChecker(api.url);
  await description.check('POST', '/v1/media', await ask({ url: `${origin}/a%20clip.mp4` }));
  await description.check('POST', '/v1/media', await ask({ url: 'http://10.0.0.1/' }));
  expect(description.bodyTypes('POST', '/v1/media')).toContain('application/json');
  await api.client.deleteMedia(sha256);
  expect(await api.stored()).toEqual([]);
});

it.each([
  ['/missing', 422, 'url-status'],
  ['/empty', 422, 'rejected-empty-file'],
  ['/large', 422, 'url-too-large'],
  ['/cut', 422, 'url-incomplete'],
  ['/inside', 422, 'url-not-allowed'],
  ['http://localhost.:1/', 422, 'url-not-allowed'],
  ['http://[::1]/', 422, 'url-not-allowed'],
  ['http://127.0.0.2/', 422, 'url-not-allowed'],
  ['http://10.0.0.1/', 422, 'url-not-allowed'],
  ['http://u:p@media.example/', 422, 'url-not-allowed'],
  ['file:///etc/passwd', 422, 'url-not-allowed'],
  ['http://127.0.0.1:1025/', 422, 'url-unreachable'],
  ['', 400, 'invalid-request'],
])('refuses %j with %i %s and keeps nothing', async (url, status, code) => {
  const response = await ask({ url: url.startsWith('/') ? origin + url : url });
  const problem = Problem.parse(await response.json());
  expect([response.status, problem.type]).toEqual([status, `urn:problem-type:assay:${code}`]);
  expect(JSON.stringify(problem)).not.toMatch(/127\.0\.0\.1|169\.254|ECONN|::1/);
  expect(await api.stored()).toEqual([]);
});

it('refuses JSON that is none, or says too much', async () => {
  const malformed = await ask(null, { body: '{' });
  expect([malformed.status, (await malformed.json()).type]).toEqual([400, 'urn:problem-type:assay:malformed-json']);
  const unknown = await ask({ url: origin, headers: {} });
  expect((await unknown.json()).errors).toEqual([{ path: 'headers', message: 'unknown field' }]);
});

it('stops a download whose asker leaves, and keeps nothing of it', async () => {
  const leaving = new AbortController();
  const asked = ask({ url: `${origin}/stalls` }, { signal: leaving.signal }).catch(() => null);
  await eventually(async () => (await api.stored()).length > 0);
  leaving.abort();
  await asked;
  await eventually(async () => open === 0 && (await api.stored()).length === 0);
});

it('ends a download at shutdown with an answer', async () => {
  const asked = ask({ url: `${origin}/stalls` });
  await eventually(() => open === 1);
  const [response] = await Promise.all([asked, api.stop()]);
  expect(response.status).toBe(503);
  await eventually(() => open === 0);
});
