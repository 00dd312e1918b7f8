/**
 * Over the API with real workers. What holds after an erasure, looked for in every key and every byte of the store and in
 * every key and value of Redis: nothing refers to the item any more but its receipt. Also:
 * - in the middle of a scan, with the worker killed (`kill -9`) in the middle of the erasure;
 * - with a webhook that could not be reached, an upload that is half done, an answer that is kept for 24 hours.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Erasure } from '@assay/contracts';
import { createFolderStore } from '@assay/storage';
import { startTestApi, type TestApi } from '../support/api';
import { faceClip, makeLongFaceClip } from '../support/clips';
import { newClip } from '../support/new-clip';
import { tracesOf } from '../support/traces';
import { append, begin } from '../support/tus';

jest.setTimeout(240_000);

const receiverThatIsNot = 'http://127.0.0.1:8999/hook';
const subject = 'account 4711';
let api: TestApi;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-erase-'));
  api = await startTestApi({ ASSAY_WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8', ASSAY_INFERENCE_THREADS: '1' });
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true, force: true });
});

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  api.ask(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
const json = async (path: string) => (await api.ask(path)).json();

async function upload(name: string, bytes: Buffer, headers: Record<string, string> = {}): Promise<string> {
  const response = await api.ask('/v1/media', {
    method: 'POST',
    body: new Uint8Array(bytes),
    headers: { 'content-type': 'video/mp4', 'x-file-name': name, 'idempotency-key': `upload-${name}`, ...headers },
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

async function scan(media: string): Promise<string> {
  const response = await post('/v1/scans', { media }, { 'idempotency-key': `scan-${media}` });
  return ((await response.json()) as { id: string }).id;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(100);
}

async function done(id: string): Promise<Erasure> {
  const read = () => json(`/v1/erasures/${id}`) as Promise<Erasure>;
  await until(async () => (await read()).state === 'done');
  // Its own notes go behind the receipt, the marker last.
  await until(async () => !(await api.stored()).some((name) => name.startsWith('erasing/')));
  return read();
}

async function traces(needles: string[]): Promise<string[]> {
  const store = createFolderStore({ root: join(api.dataDir, 'store') });
  try {
    return await tracesOf(needles, { store, redisPath: api.redisPath });
  } finally {
    await store.close();
  }
}

it('erases a scan in its middle, over the death of the worker', async () => {
  expect((await post('/v1/webhooks', { url: receiverThatIsNot })).status).toBe(201);
  const clip = await makeLongFaceClip(join(folder, 'long.mp4'), 90);
  await api.startWorker();
  const media = await upload('grandma-90.mp4', readFileSync(clip));
  const id = await scan(media);
  await until(async () => ((await json(`/v1/scans/${id}`)) as { stage: string }).stage === 'look');
  const erasure = (await (await post('/v1/erasures', { target: { kind: 'media', media } })).json()) as Erasure;
  // The record goes first: from here on it is under way.
  await until(async () => (await api.ask(`/v1/media/${media}`)).status === 404);
  await api.killWorkers();
  expect(((await json(`/v1/erasures/${erasure.id}`)) as Erasure).state).toBe('running');
  await api.startWorker();
  const { receipt } = await done(erasure.id);
  expect(receipt?.receipt.removed).toMatchObject({ mediaItems: 1, scans: 1, verdicts: 0 });
  expect((await traces([media, id, 'grandma-90'])).sort()).toEqual([
    `store:erasures/default/${erasure.id}.json`,
    `store:receipts/default/${erasure.id}.json`,
  ]);
});

it('erases everything about a subject: verdict, evidence, deliveries, kept answers, a half-done upload', async () => {
  const about = { 'assay-subject': encodeURIComponent(subject) };
  const [mine, other] = [
    await upload('holiday-1.mp4', newClip('swapped-a.mp4', 71), about),
    await upload('others.mp4', newClip('real-a.mp4', 72)),
  ];
  const [mineScan, otherScan] = [await scan(mine), await scan(other)];
  for (const id of [mineScan, otherScan]) {
    await until(async () => ((await json(`/v1/scans/${id}?wait=30`)) as { state: string }).state === 'done');
  }
  const bytes = readFileSync(faceClip('real-a.mp4'));
  const path = await begin(api, bytes.length, { filename: 'holiday-2.mp4', subject });
  await append(api, path, 0, bytes.subarray(0, 50_000));
  // Taken in by tus: its name is noted with what became of it.
  const whole = newClip('real-a.mp4', 73);
  const taken = await append(api, await begin(api, whole.length, { filename: 'holiday-3.mp4', subject }), 0, whole);
  const byTus = String(taken.headers.get('assay-media'));
  const needles = [
    mine,
    mineScan,
    byTus,
    'holiday-',
    subject,
    Buffer.from(subject).toString('base64'),
    String(path.split('/').pop()),
  ];
  const before = await traces(needles);
  for (const part of [
    '/evidence/',
    '/verdict.json',
    'deliveries/',
    'resumable/',
    'redis:assay:idempotency',
    'places',
  ]) {
    expect([part, before.some((place) => place.includes(part))]).toEqual([part, true]);
  }

  const erasure = (await (await post('/v1/erasures', { target: { kind: 'subject', subject } })).json()) as Erasure;
  const { receipt } = await done(erasure.id);
  expect(receipt?.receipt.removed).toMatchObject({ mediaItems: 2, scans: 1, verdicts: 1 });
  expect(receipt?.receipt.removed.evidence).toBeGreaterThan(1);
  // The lease of an upload keeps its number for a week, and nothing else.
  expect(
    (await traces(needles)).filter((place) => !/^redis:assay:lease:\{resumable%2F[0-9a-f]{32}\}:token$/.test(place)),
  ).toEqual([]);
  expect((await api.ask(`/v1/scans/${otherScan}/verdict`)).status).toBe(200);
  expect((await json('/v1/erasures')) as object).toMatchObject({ erasures: [{ id: erasure.id, state: 'done' }, {}] });
});

it('a hold refuses a deletion with its reason, until it is lifted', async () => {
  const media = await upload('evidence.mp4', newClip('real-a.mp4', 74));
  const hold = (await (await post('/v1/holds', { target: { kind: 'media', media }, reason: 'Case 9' })).json()) as {
    id: string;
  };
  const refused = await api.ask(`/v1/media/${media}`, { method: 'DELETE' });
  expect([refused.status, await refused.json()]).toMatchObject([
    409,
    { type: 'urn:problem-type:assay:on-hold', detail: expect.stringContaining('Case 9') },
  ]);
  expect((await api.ask(`/v1/media/${media}`)).status).toBe(200);
  expect((await api.ask(`/v1/holds/${hold.id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await api.ask(`/v1/media/${media}`, { method: 'DELETE' })).status).toBe(204);
  // The audit log says what was deleted, by its id.
  const left = (await traces([media, 'evidence.mp4'])).filter((place) => !place.startsWith('store:audit/'));
  expect(left).toEqual([]);
});

it('retention is what the tenant says, or else the operator', async () => {
  const set = { mediaDays: 30, evidenceDays: 90, verdictDays: 365, indexDays: 30, eventsDays: 14 };
  expect(await json('/v1/retention')).toMatchObject({ mediaDays: null, eventsDays: 30 });
  const put = (body: object) =>
    api.ask('/v1/retention', {
      method: 'PUT',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  expect((await put(set)).status).toBe(200);
  expect(await json('/v1/retention')).toEqual(set);
  expect((await put({ ...set, eventsDays: 31 })).status).toBe(400);
});
