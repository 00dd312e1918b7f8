/**
 * `Idempotency-Key` over two replicas that share a Redis and a store. What holds:
 * - the same key with the same request gives the first answer, from either replica, and does nothing twice;
 * - the same key with another request is refused and does nothing;
 * - while the first request is worked on, the second is refused;
 * - what was refused is not kept; a key means nothing to another API key.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureAdminKey, type RunningApi, startApi } from '@assay/api';
import { createLog, loadConfig } from '@assay/pipeline';
import { createFolderStore } from '@assay/storage';
import { hashOfKey, keys, newApiKey } from '@assay/pipeline';
import { apiChecker } from '../../apps/api/testing/api-checker';
import { startRedis, type TestRedis } from '../support/redis';

const bytes = randomBytes(200_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const json = { 'content-type': 'application/json' };

let dataDir: string;
let redis: TestRedis;
let replicas: RunningApi[] = [];
let apiKey: string;
let otherKey: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'assay-idempotency-'));
  redis = await startRedis();
  const store = createFolderStore({ root: join(dataDir, 'store') });
  ({ key: apiKey } = await ensureAdminKey(store, dataDir));
  otherKey = newApiKey();
  const record = {
    schema: 'assay.key/1',
    tenant: 'other',
    name: 'other',
    role: 'admin',
    createdAt: new Date().toISOString(),
  };
  await store.put(
    keys.apiKey(hashOfKey(otherKey)),
    Buffer.from(JSON.stringify(record)),
    {},
    new AbortController().signal,
  );
  const config = loadConfig({
    ASSAY_DATA_DIR: dataDir,
    ASSAY_PORT: '0',
    REDIS_URL: redis.path,
    ASSAY_MAX_BYTES: '1000000',
    ASSAY_DRAIN_SECONDS: '1',
  });
  const log = createLog({ level: 'silent', service: 'api' });
  replicas = [await startApi(config, log), await startApi(config, log)];
});
afterAll(async () => {
  for (const replica of replicas) await replica.close();
  await redis?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function post(replica: number, path: string, key: string, init: RequestInit, by = apiKey): Promise<Response> {
  const headers = { ...init.headers, 'x-api-key': by, 'idempotency-key': key };
  return fetch(replicas[replica]?.url + path, { ...init, method: 'POST', headers });
}
function formOf(content: Buffer): FormData {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(content)]), 'clip.mp4');
  return form;
}
const media = () => readdirSync(join(dataDir, 'store/media')).filter((name) => !name.endsWith('.json'));
/** The uploads of this test are larger; what is smaller are notes of the service, written beside its answers. */
const noteBytes = 10_000;
/** What is on its way into the store, under whatever name. */
const uploads = () =>
  readdirSync(join(dataDir, 'store'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(join(dataDir, 'store').length + 1))
    .filter((name) => !/^(keys(-used)?|audit|media|scans)\//.test(name))
    .filter((name) => (statSync(join(dataDir, 'store', name), { throwIfNoEntry: false })?.size ?? 0) > noteBytes);
const codeOf = async (response: Response) =>
  String((await response.json()).type)
    .split(':')
    .at(-1);
const scanOf = (document: unknown): RequestInit => ({ headers: json, body: JSON.stringify(document) });

it('answers a repeated upload as the first one, from either replica, as a form or bare, and stores nothing', async () => {
  const key = randomUUID();
  const first = await post(0, '/v1/media', `"${key}"`, { body: formOf(bytes) });
  expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([201, null]);
  const record = await first.json();
  // Without a record of the media, only a kept answer can still be 201 with the first one's words.
  rmSync(join(dataDir, 'store/media'), { recursive: true });
  const bare = { headers: { 'content-type': 'video/mp4' }, body: new Uint8Array(bytes) };
  for (const again of [
    await post(1, '/v1/media', key, { body: formOf(bytes) }),
    await post(0, '/v1/media', key, bare),
  ]) {
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(again.headers.get('location')).toBe(`/v1/media/${sha256}`);
    expect(await again.json()).toEqual(record);
  }
  expect(existsSync(join(dataDir, 'store/media'))).toBe(false);
  expect(uploads()).toEqual([]);
});

it.each(['form', 'bare'])('refuses another file under the same key, and keeps nothing of it (%s)', async (kind) => {
  const key = randomUUID();
  const init = (content: Buffer): RequestInit =>
    kind === 'form'
      ? { body: formOf(content) }
      : { headers: { 'content-type': 'video/mp4' }, body: new Uint8Array(content) };
  await post(0, '/v1/media', key, init(bytes));
  const other = await post(1, '/v1/media', key, init(randomBytes(200_000)));
  expect([other.status, await codeOf(other)]).toEqual([422, 'idempotency-key-reused']);
  const large = await post(1, '/v1/media', key, init(randomBytes(1_050_000)));
  expect([large.status, await codeOf(large)]).toEqual([413, 'too-large']);
  expect([media().length, uploads()]).toEqual([1, []]);
});

it('refuses a second upload while the first is under way, and takes it when the first was cut off', async () => {
  const key = randomUUID();
  const leaving = new AbortController();
  let sent = false;
  const slow = new ReadableStream({
    pull: (controller) => (sent ? new Promise(() => undefined) : ((sent = true), controller.enqueue(bytes))),
  });
  const headers = { 'content-type': 'video/mp4' };
  const init = { headers, body: slow, duplex: 'half', signal: leaving.signal } as RequestInit;
  const first = post(0, '/v1/media', key, init).catch(() => null);
  while (uploads().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const second = await post(1, '/v1/media', key, { body: formOf(bytes) });
  expect([second.status, second.headers.get('retry-after'), await codeOf(second)]).toEqual([
    409,
    '2',
    'idempotency-key-in-use',
  ]);
  leaving.abort();
  await first;
  let status = 409;
  while (status === 409) ({ status } = await post(1, '/v1/media', key, { body: formOf(bytes) }));
  expect(status).toBe(200);
});

it('replays JSON whatever its spelling, refuses other JSON and other routes, and is checked by the description', async () => {
  await post(0, '/v1/media', randomUUID(), { body: formOf(bytes) });
  const key = randomUUID();
  const first = await post(0, '/v1/scans', key, scanOf({ media: sha256, policy: 'default' }));
  const scan = await first.json();
  expect(first.status).toBe(202);
  const again = await post(1, '/v1/scans', key, {
    headers: json,
    body: `{ "policy": "default",\n"media": "${sha256}" }`,
  });
  // Without the key it would be 200.
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
  expect(again.headers.get('location')).toBe(`/v1/scans/${scan.id}`);
  expect(await again.json()).toEqual(scan);
  const description = await apiChecker(replicas[0]?.url ?? '');
  for (const other of [
    () => post(1, '/v1/scans', key, scanOf({ media: sha256 })),
    () => post(1, '/v1/media', key, scanOf({ url: 'https://media.example/' })),
    () => post(1, '/v1/media', key, { body: formOf(bytes) }),
  ]) {
    const response = await other();
    expect([response.status, await codeOf(response.clone())]).toEqual([422, 'idempotency-key-reused']);
    await description.check('POST', '/v1/scans', response);
  }
  // The same words from another tenant are a request of its own, which has no such media.
  const theirs = await post(1, '/v1/scans', key, scanOf({ media: sha256, policy: 'default' }), otherKey);
  expect(await codeOf(theirs)).toBe('unknown-media');
});

it('covers every POST, those without a body too, and says so in the description', async () => {
  await post(0, '/v1/media', randomUUID(), { body: formOf(bytes) });
  const { id } = await (await post(0, '/v1/scans', randomUUID(), scanOf({ media: sha256 }))).json();
  const key = randomUUID();
  const first = await post(0, `/v1/scans/${id}/cancel`, key, {});
  const again = await post(1, `/v1/scans/${id}/cancel`, key, {});
  expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 200, 'true']);
  expect(await again.json()).toEqual(await first.json());

  const described = await (await fetch(`${replicas[0]?.url}/docs/openapi.json`)).json();
  const paths = Object.values<Record<string, { parameters: { $ref?: string }[]; responses: object }>>(described.paths);
  const taking = paths.flatMap((methods) =>
    Object.entries(methods).map(([method, { parameters, responses }]) => [
      method === 'post',
      parameters.some(({ $ref }) => $ref?.endsWith('/Idempotency-Key') ?? false),
      JSON.stringify(responses).includes('idempotency-key-reused'),
    ]),
  );
  expect(taking.length).toBeGreaterThan(80);
  expect(taking.filter(([post, ...says]) => says.some((said) => said !== post))).toEqual([]);
});

it.each([
  ['', '/v1/media', 'assay-subject', ['account%201', 'account%202'], bytes],
  ['resumable ', '/v1/uploads', 'assay-subject', ['account%201', 'account%202'], null],
  ['resumable ', '/v1/uploads', 'upload-metadata', ['filename YS5tcDQ=', 'filename Yi5tcDQ='], null],
] as const)('tells %suploads (POST %s) apart by what %s says', async (_how, path, name, [one, another], content) => {
  const key = randomUUID();
  const form = content
    ? { headers: { 'content-type': 'video/mp4' }, body: new Uint8Array(content) }
    : { headers: { 'tus-resumable': '1.0.0', 'upload-length': '5' } };
  const ask = (said: string) =>
    post(0, path, key, { ...form, headers: { ...form.headers, [name]: said } } as RequestInit);
  const [first, again] = [await ask(one), await ask(one)];
  expect([first.ok, again.headers.get('idempotent-replayed')]).toEqual([true, 'true']);
  const other = await ask(another);
  expect([other.status, await codeOf(other)]).toEqual([422, 'idempotency-key-reused']);
});

it('tells resumable uploads apart by what they say of themselves', async () => {
  const key = randomUUID();
  const begin = (length: number) =>
    post(0, '/v1/uploads', key, { headers: { 'tus-resumable': '1.0.0', 'upload-length': String(length) } });
  const [first, again, other] = [await begin(5), await begin(5), await begin(6)];
  expect([first.status, again.status, await codeOf(other)]).toEqual([201, 201, 'idempotency-key-reused']);
  expect(again.headers.get('location')).toBe(first.headers.get('location'));
  expect([again.headers.get('idempotent-replayed'), again.headers.get('cache-control')]).toEqual(['true', 'no-store']);
});

it('lets one of many at once through', async () => {
  const key = randomUUID();
  const all = await Promise.all(
    Array.from({ length: 12 }, (_, at) => post(at % 2, '/v1/media', key, { body: formOf(bytes) })),
  );
  const first = all.filter(({ ok, headers }) => ok && !headers.has('idempotent-replayed'));
  expect(first).toHaveLength(1);
  expect(all.every(({ ok, status }) => ok || status === 409)).toBe(true);
});

it('does not keep refusals, and refuses keys that are none', async () => {
  const key = randomUUID();
  const absent = await post(0, '/v1/scans', key, scanOf({ media: '0'.repeat(64) }));
  expect([absent.status, await codeOf(absent)]).toEqual([422, 'unknown-media']);
  expect((await post(0, '/v1/scans', key, scanOf({ media: sha256 }))).ok).toBe(true);
  for (const bad of ['', '"open', 'a b', 'x'.repeat(256), '"a"b"']) {
    const response = await post(0, '/v1/scans', bad, scanOf({ media: sha256 }));
    expect([bad, response.status, await codeOf(response)]).toEqual([bad, 400, 'invalid-request']);
  }
});
