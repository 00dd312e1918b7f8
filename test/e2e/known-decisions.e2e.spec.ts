/**
 * Over the API, with a real worker, a real Redis and a webhook, on the committed clips. What holds:
 *
 * 1. What was uploaded again, encoded again (CRF 32) or cut out of something that a person decided on inherits verdict and
 *    decision, and says that it is inherited; another clip does not.
 * 2. A decision that is taken back revises what inherited it; the owner is told by feed and webhook. Asked for twice with
 *    one Idempotency-Key it is made once, and the audit log names it.
 * 3. What was decided can be exported, and finds the copy as another tenant's hash list. Without that, another tenant gets
 *    nothing: no match, no label, no event, 404.
 * 4. An erasure leaves nothing of it, in verdicts on copies neither; the list goes with its tenant.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AuditList,
  DecisionHistory,
  Erasure,
  EventList,
  HashList,
  KnownList,
  KnownLists,
  ScanList,
  ScanRecord,
  Verdict,
  VerdictHistory,
} from '@assay/contracts';
import { createFolderStore } from '@assay/storage';
import { ffmpeg, mediaFolder } from '../media/make-media';
import { startTestApi, type TestApi } from '../support/api';
import { faceClip } from '../support/clips';
import { newClip } from '../support/new-clip';
import { type Receiver, startReceiver } from '../support/receiver';
import { tracesOf } from '../support/traces';

/** Nine real scans. */
jest.setTimeout(600_000);

const by = 'Moderator 7';
let api: TestApi;
let receiver: Receiver;
let folder: Awaited<ReturnType<typeof mediaFolder>>;
let acmeKey: string;
const scans = new Map<string, ScanRecord>();
const scanned = (name: string): ScanRecord => {
  const record = scans.get(name);
  if (!record) throw new Error(`${name} was not scanned`);
  return record;
};

beforeAll(async () => {
  folder = await mediaFolder();
  const h264 = ['-an', '-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-crf', '32'];
  await ffmpeg('-i', faceClip('swapped-a.mp4'), ...h264, folder.path('encoded-again.mp4'));
  await ffmpeg('-ss', '0.63', '-t', '2.4', '-i', faceClip('swapped-a.mp4'), ...h264, folder.path('excerpt.mp4'));
  api = await startTestApi({ ASSAY_WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8', ASSAY_INFERENCE_THREADS: '1' });
  receiver = await startReceiver();
  expect((await post('/v1/webhooks', { url: receiver.url })).status).toBe(201);
  const acme = await post('/v1/keys', { tenant: 'acme', name: 'first', roles: ['admin'] });
  acmeKey = ((await acme.json()) as { key: string }).key;
  await api.startWorker();
});
afterAll(async () => {
  await api.close();
  await receiver.close();
  await folder.remove();
});

const ask = (key: string, path: string, init: RequestInit = {}) =>
  fetch(api.url + path, { ...init, headers: { ...init.headers, 'x-api-key': key } });
const post = (path: string, body: object, headers: Record<string, string> = {}, key = api.key) =>
  ask(key, path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
const read = async <T>(path: string, key = api.key): Promise<T> => (await ask(key, path)).json() as Promise<T>;
const verdictOf = (name: string, key = api.key) => read<Verdict>(`/v1/scans/${scanned(name).id}/verdict`, key);

async function scan(name: string, bytes: Buffer, key = api.key): Promise<ScanRecord> {
  const upload = { method: 'POST', body: new Uint8Array(bytes), headers: { 'content-type': 'video/mp4' } };
  const { id: media } = (await (await ask(key, '/v1/media', upload)).json()) as { id: string };
  const { id } = (await (await post('/v1/scans', { media }, {}, key)).json()) as { id: string };
  return ended(name, id, key);
}

async function ended(name: string, id: string, key: string): Promise<ScanRecord> {
  for (;;) {
    const record = await read<ScanRecord>(`/v1/scans/${id}?wait=30`, key);
    if (record.state === 'queued' || record.state === 'running') continue;
    expect([name, record.state]).toEqual([name, 'done']);
    scans.set(name, record);
    return record;
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(200);
}

const traces = async (needles: string[]) => {
  const store = createFolderStore({ root: join(api.dataDir, 'store') });
  try {
    // The audit log says what was asked for, by ids.
    const found = await tracesOf(needles, { store, redisPath: api.redisPath });
    return found.filter((place) => !place.startsWith('store:audit/')).sort();
  } finally {
    await store.close();
  }
};

async function erase(target: object, key = api.key): Promise<Erasure> {
  const { id } = (await (await post('/v1/erasures', { target }, {}, key)).json()) as Erasure;
  const erasure = () => read<Erasure>(`/v1/erasures/${id}`, key);
  await until(async () => (await erasure()).state === 'done');
  // Its own notes go behind the receipt, the marker last.
  await until(async () => !(await api.stored()).some((name) => name.startsWith('erasing/')));
  return erasure();
}

it('what is uploaded again, encoded again or cut out inherits verdict and decision, marked as such', async () => {
  const swapped = await readFile(faceClip('swapped-a.mp4'));
  const original = await scan('original', swapped);
  const before = await verdictOf('original');
  expect(before.knownMedia).toMatchObject({ matches: [], inherited: null });
  const path = `/v1/media/${original.media}/decisions`;
  const decision = { label: 'confirmed_manipulated', by, note: 'The ear is doubled.' };
  const twice = { 'idempotency-key': 'decide-1' };
  for (const replayed of [null, 'true']) {
    const answer = await post(path, decision, twice);
    expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([201, replayed]);
  }
  expect((await read<DecisionHistory>(path)).decisions).toHaveLength(1);

  // The very file: one media item, one scan, its own decision.
  const again = await scan('again', swapped);
  expect(again).toMatchObject({ id: original.id, label: 'confirmed_manipulated', labelSource: 'own' });
  // Other bytes: four kinds of copy.
  await scan('other container bytes', newClip('swapped-a.mp4', 91));
  await scan('encoded again', await readFile(folder.path('encoded-again.mp4')));
  await scan('excerpt', await readFile(folder.path('excerpt.mp4')));
  for (const [name, relation] of [
    ['other container bytes', 'copy'],
    ['encoded again', 'copy'],
    ['excerpt', 'excerpt'],
  ] as const) {
    expect(scanned(name)).toMatchObject({ label: 'confirmed_manipulated', labelSource: 'inherited' });
    const { knownMedia } = await verdictOf(name);
    expect(knownMedia?.inherited).toMatchObject({ label: 'confirmed_manipulated', by });
    const own = knownMedia?.matches.find(({ source }) => source.kind === 'media' && source.media === original.media);
    expect([name, own]).toMatchObject([
      name,
      {
        relation,
        source: { scan: original.id },
        verdict: before.verdict,
        probability: before.probability,
        decision: { label: 'confirmed_manipulated', by },
      },
    ]);
    expect(JSON.stringify(knownMedia)).not.toContain('ear is doubled');
  }
  await scan('stranger', await readFile(faceClip('cut.mkv')));
  expect(scanned('stranger')).toMatchObject({ label: null, labelSource: null });
  expect((await verdictOf('stranger')).knownMedia?.matches).toEqual([]);
});

it('another tenant gets nothing: no match, no label, no event, no answer', async () => {
  const { media, id } = scanned('original');
  await scan('copy of acme', await readFile(folder.path('encoded-again.mp4')), acmeKey);
  expect(scanned('copy of acme')).toMatchObject({ label: null, labelSource: null });
  expect((await verdictOf('copy of acme', acmeKey)).knownMedia).toMatchObject({ matches: [], inherited: null });
  const labelled = await read<ScanList>('/v1/scans?label=confirmed_manipulated', acmeKey);
  expect(labelled.scans).toEqual([]);
  await until(async () => (await read<EventList>('/v1/events', acmeKey)).events.length > 0);
  const told = await read<EventList>('/v1/events', acmeKey);
  expect(told.events.map(({ type }) => type)).toEqual(['verdict.published']);
  const decisions = `/v1/media/${media}/decisions`;
  const own = `/v1/media/${scanned('copy of acme').media}/decisions`;
  expect((await read<DecisionHistory>(own, acmeKey)).decisions).toEqual([]);
  const answers = [
    await ask(acmeKey, decisions),
    await post(decisions, { label: 'unsure', by }, {}, acmeKey),
    await post(`${decisions}/reverse`, { by }, {}, acmeKey),
    await ask(acmeKey, `/v1/scans/${id}/verdict/revisions`),
    await ask(acmeKey, `/v1/scans/${id}/verdict/revisions/1`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
  expect((await read<HashList>('/v1/known-media/export', acmeKey)).rows).toEqual([]);
  expect((await read<DecisionHistory>(decisions)).decisions).toHaveLength(1);
});

it('what was decided is exported, and finds the copy as a list of whoever imports it', async () => {
  const { rows } = await read<HashList>('/v1/known-media/export');
  expect(rows).toMatchObject([{ signal_type: 'vpdq', category: 'POSITIVE_CLASS', tags: 'confirmed_manipulated' }]);
  // The name is the id of the media. A partner's copy of a list is the partner's: here it must not look like a trace.
  const given = rows.map((row) => ({ ...row, name: 'seen at a partner' }));
  const body = { name: 'Partner', rows: given };
  const made = (await (await post('/v1/known-lists', body, {}, acmeKey)).json()) as KnownList;
  expect(made).toMatchObject({ label: 'confirmed_manipulated', shared: false, signals: { vpdq: 1 } });
  expect((await read<HashList>(`/v1/known-lists/${made.id}`, acmeKey)).rows).toMatchObject([
    { signal_type: 'vpdq', signal_str: rows[0]?.signal_str },
  ]);
  await scan('excerpt of acme', await readFile(folder.path('excerpt.mp4')), acmeKey);
  expect(scanned('excerpt of acme')).toMatchObject({ label: 'confirmed_manipulated', labelSource: 'inherited' });
  expect((await verdictOf('excerpt of acme', acmeKey)).knownMedia?.inherited).toMatchObject({ by: 'Partner' });
  expect((await ask(api.key, `/v1/known-lists/${made.id}`)).status).toBe(404);
  expect((await ask(api.key, `/v1/known-lists/${made.id}`, { method: 'DELETE' })).status).toBe(404);
  expect((await read<KnownLists>('/v1/known-lists')).lists).toEqual([]);
});

it('a decision that is taken back revises what inherited it, and the owner is told', async () => {
  const { media } = scanned('original');
  const copies = ['other container bytes', 'encoded again', 'excerpt'];
  const before = await Promise.all(copies.map((name) => verdictOf(name)));
  expect((await post(`/v1/media/${media}/decisions/reverse`, { by: 'Moderator 8' })).status).toBe(201);
  for (const [i, name] of copies.entries()) {
    await until(async () => (await verdictOf(name)).knownMedia?.inherited === null);
    const after = await verdictOf(name);
    const measured = ({ verdict, probability, tracks }: Verdict) => ({ verdict, probability, tracks });
    expect(measured(after)).toEqual(measured(before[i]!));
    const { revisions } = await read<VerdictHistory>(`/v1/scans/${scanned(name).id}/verdict/revisions`);
    expect(revisions.at(-1)).toMatchObject({ current: true, reason: expect.stringContaining('taken back') });
    const first = await read<Verdict>(`/v1/scans/${scanned(name).id}/verdict/revisions/1`);
    expect(first.knownMedia?.inherited?.label).toBe('confirmed_manipulated');
    expect(await read<ScanRecord>(`/v1/scans/${scanned(name).id}`)).toMatchObject({ label: null, labelSource: null });
  }
  const types = async () => (await read<EventList>('/v1/events?limit=100')).events;
  await until(async () => (await types()).filter(({ type }) => type === 'verdict.revised').length >= copies.length);
  const sent = () => receiver.received.map(({ body }) => JSON.parse(body) as { type: string; data: { scan?: string } });
  const revisedOf = (name: string) =>
    sent().some(({ type, data }) => type === 'verdict.revised' && data.scan === scanned(name).id);
  await until(async () => copies.every(revisedOf));
  expect(sent().filter(({ type }) => type === 'decision.reversed')).toMatchObject([{ data: { media, label: null } }]);
  // It is the other tenant's list now, whatever becomes of the decision.
  expect((await verdictOf('excerpt of acme', acmeKey)).knownMedia?.inherited).toMatchObject({ by: 'Partner' });
  const { entries } = await read<AuditList>('/v1/audit?limit=100');
  for (const action of ['POST /v1/media/:media/decisions', 'POST /v1/media/:media/decisions/reverse']) {
    expect(entries).toContainEqual(expect.objectContaining({ action, object: { media }, outcome: 'done' }));
  }
});

it('an erasure leaves nothing, in verdicts on copies neither; the list goes with its tenant', async () => {
  const { media, id } = scanned('original');
  expect((await post(`/v1/media/${media}/decisions`, { label: 'confirmed_manipulated', by })).status).toBe(201);
  await until(async () => (await verdictOf('excerpt')).knownMedia?.inherited !== null);
  const before = await traces([media, id]);
  for (const part of ['known/', 'decision-events/', '/revisions/', 'redis:assay:{known%3Adefault}']) {
    expect([part, before.some((place) => place.includes(part))]).toEqual([part, true]);
  }
  const erasure = await erase({ kind: 'media', media });
  expect(await traces([media, id])).toEqual([
    `store:erasures/default/${erasure.id}.json`,
    `store:receipts/default/${erasure.id}.json`,
  ]);
  const { knownMedia } = await verdictOf('excerpt');
  expect(knownMedia?.inherited).toBeNull();

  const acme = [scanned('copy of acme'), scanned('excerpt of acme')].flatMap(({ id, media }) => [id, media]);
  const list = (await read<KnownLists>('/v1/known-lists', acmeKey)).lists.map(({ id }) => id);
  expect((await traces(list)).some((place) => place.startsWith('redis:'))).toBe(true);
  await erase({ kind: 'tenant' }, acmeKey);
  const left = await traces([...acme.filter((needle) => needle.startsWith('sc_')), ...list, 'known/acme']);
  expect(left).toEqual([]);
});
