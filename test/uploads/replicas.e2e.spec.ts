/**
 * Resumable uploads over two API processes that share a folder store and a Redis, and die by `kill -9`. What holds:
 * - an upload goes on at any replica, with one writer at a time: of racing requests one wins, the bytes are right;
 * - a replica that dies in the middle of a request loses nothing that was confirmed;
 * - an upload that was all here when its replica died becomes a media item by itself, at whatever step that was;
 * - one that has expired is gone, bytes and notes.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureAdminKey } from '@assay/api';
import { createFolderStore } from '@assay/storage';
import { type ApiProcess, startApiProcess } from '../support/api-process';
import { startRedis, type TestRedis } from '../support/redis';
import { append, begin, offsetOf, tus } from '../support/tus';
import { openPatch } from './tus-conformance';

jest.setTimeout(120_000);

/** A request waits this long for the one that has the upload, and is then refused, ms. */
const lockWaitMs = 20_000;

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

let dataDir: string;
let redis: TestRedis;
let key: string;
let env: Record<string, string>;
let one: ApiProcess;
let two: ApiProcess;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'assay-replicas-'));
  redis = await startRedis();
  ({ key } = await ensureAdminKey(createFolderStore({ root: join(dataDir, 'store') }), dataDir));
  env = { ASSAY_DATA_DIR: dataDir, REDIS_URL: redis.path };
  [one, two] = await Promise.all([startApiProcess(key, env), startApiProcess(key, env)]);
});
afterAll(async () => {
  await Promise.all([one?.kill(), two?.kill()]);
  await redis?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const bytesFile = (path: string): string => join(dataDir, 'store/resumable', String(path.split('/').pop()));
const fileSize = (path: string): number => statSync(bytesFile(path)).size;
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50);
}

interface Racer {
  api: ApiProcess;
  body: Buffer;
}

/**
 * All send at once, from the same offset on. Who waits makes the one who writes end: on a busy machine before all of his bytes were
 * read, and maybe before the first.
 *
 * @returns the offset behind what was written, more than `at`; who says that he wrote, nobody where his connection was closed before
 *   he could read that; and whether it went as on an idle machine: one is told that he wrote, and all others that they came too late
 */
async function race(path: string, at: number, racers: Racer[]) {
  const sending = racers.map(({ api, body }) => append(api, path, at, body).catch(() => null));
  const answers = await Promise.all(sending);
  const offset = await offsetOf(two, path);
  expect(offset).toBeGreaterThan(at);
  const ends = answers.map((answer) => (answer?.status === 204 ? Number(answer.headers.get('upload-offset')) : at));
  expect(ends.filter((end) => end !== at)).toEqual(ends.includes(offset) ? [offset] : []);
  const statuses = answers.map((answer) => answer?.status ?? 0).sort();
  const isPlain = String(statuses) === String([204, ...racers.slice(1).map(() => 409)]) && ends.includes(offset);
  return { offset, writer: racers[ends.indexOf(offset)], isPlain };
}

const record = async (api: ApiProcess, path: string) =>
  (await fetch(api.url + path, { headers: { 'x-api-key': key } })).json();

it('goes on at the other replica', async () => {
  const bytes = randomBytes(300_000);
  const path = await begin(one, bytes.length);
  await append(one, path, 0, bytes.subarray(0, 100_000));
  expect(await offsetOf(two, path)).toBe(100_000);
  await append(two, path, 100_000, bytes.subarray(100_000, 200_000));
  const last = await append(one, path, 200_000, bytes.subarray(200_000));
  expect(last.headers.get('assay-media')).toBe(sha256(bytes));
  expect((await tus(two, 'HEAD', path)).headers.get('assay-media')).toBe(sha256(bytes));
});

it('of requests that race at both replicas, one writes', async () => {
  const size = 10_000_000;
  const path = await begin(one, size);
  let kept = Buffer.alloc(0);
  for (let plain = 0; plain < 2;) {
    const racers = [one, two, one, two].map((api) => ({ api, body: randomBytes(500_000) }));
    const { offset, writer, isPlain } = await race(path, kept.length, racers);
    // Each sends other bytes: those of one lie there, and nobody else's.
    const written = readFileSync(bytesFile(path)).subarray(kept.length);
    expect(written.length).toBe(offset - kept.length);
    const owners = racers.filter(({ body }) => body.subarray(0, written.length).equals(written));
    expect(owners.length).toBe(1);
    if (writer) expect(owners[0] === writer).toBe(true);
    kept = Buffer.concat([kept, written]);
    plain += Number(isPlain);
  }
  const rest = randomBytes(size - kept.length);
  const last = await append(two, path, kept.length, rest);
  expect(last.headers.get('assay-media')).toBe(sha256(Buffer.concat([kept, rest])));
});

it('the last bytes sent to both replicas at once make one media item', async () => {
  for (let isPlain = false; !isPlain;) {
    const bytes = randomBytes(1_000_000);
    const path = await begin(one, bytes.length, { scan: 'true' });
    for (let offset = 0; offset < bytes.length;) {
      const body = bytes.subarray(offset);
      const racers = [one, two].map((api) => ({ api, body }));
      ({ offset, isPlain } = await race(path, offset, racers));
    }
    const heads = await Promise.all([one, two].map((api) => tus(api, 'HEAD', path)));
    const told = heads.map(({ headers }) => [headers.get('assay-media'), headers.get('assay-scan')]);
    expect(told[0]).toEqual([sha256(bytes), expect.stringMatching(/^sc_/)]);
    expect(told[1]).toEqual(told[0]);
  }
});

it('a request that hangs at one replica makes way for the other', async () => {
  const bytes = randomBytes(100_000);
  const path = await begin(one, bytes.length);
  const hanging = openPatch(one, path, bytes.length);
  hanging.write(bytes.subarray(0, 40_000));
  await until(() => fileSize(path) === 40_000);
  const startedAt = Date.now();
  expect(await offsetOf(two, path)).toBe(40_000);
  // A second until the holder asks, half a second for it to end, on a machine that may be busy; it was not waited for in vain.
  expect(Date.now() - startedAt).toBeLessThan(lockWaitMs);
  const last = await append(two, path, 40_000, bytes.subarray(40_000));
  expect(last.headers.get('assay-media')).toBe(sha256(bytes));
  hanging.destroy();
});

it('goes on at the other replica when the first is killed in the middle of a request', async () => {
  const bytes = randomBytes(3_000_000);
  const path = await begin(one, bytes.length);
  await append(one, path, 0, bytes.subarray(0, 700_000));
  const cut = openPatch(one, path, bytes.length, 700_000);
  cut.write(bytes.subarray(700_000, 1_500_000));
  await until(() => fileSize(path) > 700_000);
  await one.kill();
  const offset = await offsetOf(two, path);
  expect(offset).toBeGreaterThanOrEqual(700_000);
  const last = await append(two, path, offset, bytes.subarray(offset));
  expect(last.headers.get('assay-media')).toBe(sha256(bytes));
  one = await startApiProcess(key, env);
});

describe('after a kill -9 of all replicas', () => {
  beforeEach(async () => {
    one ??= await startApiProcess(key, env);
  });

  async function restarted(): Promise<void> {
    one = await startApiProcess(key, env);
  }

  it('what was complete, but not taken in, is taken in by HEAD', async () => {
    const bytes = randomBytes(50_000);
    const path = await begin(one, bytes.length, { filename: 'all-here.mp4' });
    await append(one, path, 0, bytes.subarray(0, 10_000));
    await one.kill();
    // As if the last PATCH had written everything, and its process died before it looked at it.
    appendFileSync(bytesFile(path), bytes.subarray(10_000));
    const head = await tus(two, 'HEAD', path);
    expect([head.headers.get('upload-offset'), head.headers.get('assay-media')]).toEqual(['50000', sha256(bytes)]);
    await restarted();
  });

  it.each(['complete', 'hashed', 'moved'])('what was %s is taken in by the sweeper', async (step) => {
    const bytes = randomBytes(60_000);
    const path = await begin(one, bytes.length, { filename: `${step}.mp4`, scan: 'true' });
    await append(one, path, 0, bytes.subarray(0, 10_000));
    const { createdAt } = { createdAt: new Date().toISOString() };
    await Promise.all([one.kill(), two.kill()]);
    appendFileSync(bytesFile(path), bytes.subarray(10_000));
    const media = sha256(bytes);
    if (step !== 'complete') {
      const outcome = { schema: 'assay.upload/1', state: 'taking', bytes: bytes.length, createdAt, media, scan: null };
      const metadata = { filename: `${step}.mp4`, scan: 'true' };
      writeFileSync(`${bytesFile(path)}.outcome.json`, JSON.stringify({ ...outcome, metadata }));
    }
    if (step === 'moved') renameSync(bytesFile(path), join(dataDir, 'store/media', media));
    // The lease by which sweeps of the fleet are spaced outlives the dead.
    await redis.close();
    redis = await startRedis(redis.path);
    [one, two] = await Promise.all([startApiProcess(key, env), startApiProcess(key, env)]);
    await until(async () => (await record(one, path)).state === 'taken');
    expect(await record(two, path)).toMatchObject({ media, scan: expect.stringMatching(/^sc_/), offset: 60_000 });
    const kept = await fetch(`${one.url}/v1/media/${media}`, { headers: { 'x-api-key': key } });
    expect(await kept.json()).toMatchObject({ id: media, bytes: 60_000, name: `${step}.mp4` });
    const rest = () => {
      const names = readdirSync(join(dataDir, 'store/resumable')).filter((name) => path.endsWith(name.slice(0, 32)));
      return names.map((name) => name.slice(32));
    };
    // It is told to be taken before its bytes and notes go.
    await until(() => rest().length === 1);
    expect(rest()).toEqual(['.outcome.json']);
  });
});

it('what has expired is told to be gone, and goes', async () => {
  const expired = await begin(one, 1000);
  await append(one, expired, 0, randomBytes(10));
  await Promise.all([one.kill(), two.kill()]);
  await sleep(1_100);
  await redis.close();
  redis = await startRedis(redis.path);
  [one, two] = (await Promise.all(
    [0, 0].map(() => startApiProcess(key, { ...env, ASSAY_UPLOAD_EXPIRES_SECONDS: '1' })),
  )) as [ApiProcess, ApiProcess];
  await until(() => readdirSync(join(dataDir, 'store')).every((name) => name !== 'resumable'));
  const young = await begin(one, 1000);
  await sleep(1_100);
  const head = await tus(one, 'HEAD', young);
  const patch = await append(two, young, 0, Buffer.alloc(1));
  expect([head.status, patch.status, patch.problem]).toEqual([410, 410, 'upload-expired']);
});
