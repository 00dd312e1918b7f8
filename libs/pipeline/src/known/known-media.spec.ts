/**
 * Known media from upload to revision, with a real Redis, a folder store, real clips and ffmpeg; faces alone are left out.
 * What holds:
 * - a re-encode and an excerpt of media that was confirmed as manipulated say so, beside what was measured, and bear its
 *   label; another clip does not; the decision may come before them or after;
 * - "authentic" goes to no other file; where something authentic looks nearer, "manipulated" does not go either;
 * - copies on which nobody has decided, however many, take no inherited label away;
 * - a decision that is taken back is revised away: a new revision, the old ones kept, both signed, owners told once;
 * - an index that was lost comes back by reindex; processes see what the others know; tenants don't, but for shared lists;
 * - deletion leaves nothing that names the media.
 */
import { generateKeyPairSync } from 'node:crypto';
import { type DecisionLabel, Verdict, VerdictSignature } from '@assay/contracts';
import {
  createRedisEventLog,
  createRedisIndex,
  createRedisKnownLog,
  type EventLog,
  StoreUnavailableError,
} from '@assay/storage';
import { Redis } from 'ioredis';
import { ffmpeg, mediaFolder } from '../../../../test/media/make-media';
import { faceClip } from '../../../../test/support/clips';
import { startRedis, type TestRedis } from '../../../../test/support/redis';
import { deleteMedia } from '../delete-media';
import { createOutbox, eventsKeptMs } from '../events/outbox';
import { readFeed } from '../events/read-feed';
import { fingerprintMedia } from '../fingerprint-media';
import { keys } from '../keys';
import type { OpenPorts } from '../open-ports';
import { openQueues, type ScanQueues } from '../open-queues';
import type { Ports } from '../ports';
import { reindex } from '../reindex';
import { checkSignature } from '../signing/check-signature';
import { createSigner } from '../signing/sign-verdict';
import { publicKeyOf } from '../signing/signing-key';
import { readStored, writeStored } from '../stored';
import { submitScan } from '../submit';
import { newMedia, noAbort, testPorts } from '../testing/test-ports';
import { scanLooks } from '../testing/scan-looks';
import { decide } from './decide';
import { decisionHistory } from './decisions';
import { exportKnownMedia } from './export-known';
import { createKnown } from './known';
import { knownKeys, sharedScope } from './known-keys';
import { importKnownList, removeKnownList } from './known-lists';
import { remember } from './remember';
import { readRevision, verdictHistory } from './revise-verdict';
import { revisit, revisitAll } from './revisit';
import { goneNameOf } from './revisit-marker';
import { settleScan } from './settle-scan';
import { fromSignalRow } from './signal-row';

/** ffmpeg and a Redis start here, on machines that may be busy. */
jest.setTimeout(240_000);

const tenant = 'default';
let folder: Awaited<ReturnType<typeof mediaFolder>>;
let redis: TestRedis;
let raw: Redis;
let queues: ScanQueues;
let events: EventLog;
let base: OpenPorts;
let ports: Ports;
const key = (() => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicKey: publicKeyOf(publicKey) };
})();

const original = faceClip('swapped-a.mp4');
/** The same scene without the swap. */
const twin = faceClip('real-a.mp4');
const stranger = faceClip('cut.mkv');

beforeAll(async () => {
  folder = await mediaFolder();
  const h264 = ['-an', '-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'];
  const copy = ['-i', original, '-vf', 'scale=iw/2:-2', ...h264, '-crf', '36', '-g', '37'];
  await ffmpeg(...copy, folder.path('copy.mp4'));
  await ffmpeg('-i', original, ...h264, '-crf', '20', folder.path('copy-2.mp4'));
  await ffmpeg('-ss', '0.63', '-t', '2.4', '-i', original, ...h264, '-crf', '34', folder.path('excerpt.mp4'));
  redis = await startRedis();
  raw = new Redis(redis.path);
  queues = await openQueues({ redisUrl: redis.url });
  events = createRedisEventLog({ url: redis.url, keepMs: eventsKeptMs });
});
afterAll(async () => {
  await Promise.all([queues.close(), events.close()]);
  raw.disconnect();
  await redis.close();
  await folder.remove();
});
beforeEach(async () => {
  await raw.flushall();
  base = await testPorts();
  ports = openPorts();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all([ports.known?.close(), ports.index.close()]);
  await base.close();
});

/** What another process has: the same store and Redis, nothing in memory. */
function openPorts(): Ports {
  const index = createRedisIndex({ path: redis.path });
  const known = createKnown({ log: createRedisKnownLog({ path: redis.path }), most: 100, logger: base.log });
  const parts = { store: base.store, index, log: base.log, queues, events };
  return { ...base, index, known, outbox: createOutbox(parts), signer: createSigner(key) };
}

const scan = (path: string) => scanLooks(path, ports);
const judge = (media: string, label: DecisionLabel | null, by = 'Moderator 7') =>
  decide({ tenant, media }, { label, by, note: '' }, ports, queues, noAbort);
const verdictOf = async (id: string): Promise<Verdict> => {
  const verdict = await readStored(ports.store, keys.verdict(id), Verdict, noAbort);
  if (!verdict) throw new Error('no verdict');
  return verdict;
};
const told = async () =>
  (await readFeed(tenant, { limit: 100, wait: 0 }, { ...ports, events }, noAbort, noAbort)).events;
const labelled = async (label: DecisionLabel) =>
  (await ports.index.list({ tenant, limit: 10, cursor: null, label })).scans.map(({ id, labelSource }) => [
    id,
    labelSource,
  ]);

test.each([
  ['copy.mp4', 'copy'],
  ['excerpt.mp4', 'excerpt'],
])('%s inherits what was decided before it came, beside what was measured', async (name, relation) => {
  const first = await scan(original);
  expect(first.verdict.knownMedia).toEqual({ matches: [], inherited: null, text: 'Nothing like it is known.' });
  await judge(first.scan.media, 'confirmed_manipulated');
  const { scan: record, verdict } = await scan(folder.path(name));
  const { knownMedia } = verdict;
  expect(knownMedia?.inherited).toMatchObject({ label: 'confirmed_manipulated', by: 'Moderator 7', match: 0 });
  expect(knownMedia?.matches[0]).toMatchObject({
    source: { kind: 'media', media: first.scan.media, scan: first.scan.id },
    relation,
    verdict: first.verdict.verdict,
    decision: { label: 'confirmed_manipulated' },
  });
  expect(knownMedia?.matches[0]?.matchedShare).toBeGreaterThan(0.9);
  expect(knownMedia?.matches[0]?.distance).toBeLessThanOrEqual(31);
  expect(knownMedia?.text).toContain('confirmed as manipulated');
  // No faces were looked for: what was measured says so, whatever people know.
  expect([verdict.verdict, verdict.probability]).toEqual(['inconclusive', null]);
  expect(record).toMatchObject({ label: 'confirmed_manipulated', labelSource: 'inherited' });
  const own = [first.scan.id, 'own'];
  expect(await labelled('confirmed_manipulated')).toEqual([[record.id, 'inherited'], own]);
  expect((await scan(stranger)).verdict.knownMedia?.matches).toEqual([]);
});

test('what was decided later goes for copies that were there before, and is revised away when it is taken back', async () => {
  const copy = await scan(folder.path('copy.mp4'));
  const first = await scan(original);
  await judge(first.scan.media, 'confirmed_manipulated');
  expect((await verdictOf(copy.scan.id)).knownMedia?.inherited).toBeNull();
  expect(await revisitAll(ports, noAbort)).toBe(1);
  const second = await verdictOf(copy.scan.id);
  expect(second).toMatchObject({
    revision: { number: 2 },
    knownMedia: { inherited: { label: 'confirmed_manipulated' } },
  });
  expect(await labelled('confirmed_manipulated')).toHaveLength(2);
  // Nothing is left to do, and doing it again changes nothing.
  expect(await revisitAll(ports, noAbort)).toBe(0);

  await judge(first.scan.media, null, 'Moderator 8');
  expect(await revisitAll(ports, noAbort)).toBe(1);
  const third = await verdictOf(copy.scan.id);
  expect(third).toMatchObject({ revision: { number: 3 }, knownMedia: { inherited: null } });
  expect(third.knownMedia?.matches[0]?.decision).toBeNull();
  expect(await labelled('confirmed_manipulated')).toEqual([]);
  const measured = { ...third, revision: undefined, knownMedia: null };
  const measuredBefore = { ...copy.verdict, revision: undefined, knownMedia: null };
  expect(measured).toEqual(measuredBefore);

  const history = await verdictHistory(copy.scan.id, ports, noAbort);
  expect(history?.revisions.map(({ number, current }) => [number, current])).toEqual([
    [1, false],
    [2, false],
    [3, true],
  ]);
  for (const [i, document] of [copy.verdict, second, third].entries()) {
    const kept = await readRevision({ scan: copy.scan.id, revision: i + 1 }, ports, noAbort);
    expect(JSON.parse(String(kept?.body))).toEqual(document);
    expect(checkSignature(document, VerdictSignature.parse(kept?.signature), [key.publicKey])).toBeNull();
  }
  const { decisions, standing } = await decisionHistory({ tenant, media: first.scan.media }, ports.store, noAbort);
  expect(standing).toBeNull();
  expect(decisions.map(({ label, by }) => [label, by])).toEqual([
    ['confirmed_manipulated', 'Moderator 7'],
    [null, 'Moderator 8'],
  ]);
  const types = (await told()).map(({ type }) => type);
  expect(types.filter((type) => type !== 'verdict.published')).toEqual([
    'decision.made',
    'verdict.revised',
    'decision.reversed',
    'verdict.revised',
  ]);
  await expect(judge(first.scan.media, null)).rejects.toMatchObject({ code: 'no_decision' });
  await expect(judge('0'.repeat(64), 'unsure')).rejects.toMatchObject({ code: 'unknown_media' });
});

/** Found by reading: the document said what holds, so nobody came back to what was missing behind it. */
test('a revision whose writer was cut off behind the document is signed and told by who comes next, once', async () => {
  const copy = await scan(folder.path('copy.mp4'));
  const first = await scan(original);
  await judge(first.scan.media, 'confirmed_manipulated');
  jest.spyOn(ports.signer!, 'sign').mockRejectedValueOnce(new Error('cut off'));
  expect(await revisitAll(ports, noAbort)).toBe(0);
  for (let sweep = 0; sweep < 2; sweep += 1) await revisitAll(ports, noAbort);
  const kept = await readRevision({ scan: copy.scan.id, revision: 2 }, ports, noAbort);
  const document = JSON.parse(String(kept?.body)) as object;
  expect(checkSignature(document, VerdictSignature.parse(kept?.signature), [key.publicKey])).toBeNull();
  expect((await told()).filter(({ type }) => type === 'verdict.revised')).toHaveLength(1);
});

/** Found by reading: it was stored and answered as a failure, so that whoever asked decided once more. */
test.each(['index', 'store'] as const)(
  'a decision that is written is answered as made, whatever fails behind it, and the sweep draws the rest: %s',
  async (away) => {
    const first = await scan(original);
    const copy = await scan(folder.path('copy.mp4'));
    const { media } = first.scan;
    const outage = new StoreUnavailableError('away');
    const broken = { ...ports, store: Object.create(base.store) as Ports['store'] };
    if (away === 'index') {
      broken.index = Object.assign(Object.create(ports.index), {
        relabel: () => Promise.reject(outage),
      }) as Ports['index'];
    } else {
      const put: Ports['store']['put'] = async (path, ...rest) => {
        const written = await base.store.put(path, ...rest);
        // From here on nothing answers.
        if (path.startsWith(knownKeys.decisions(tenant, media)))
          Object.assign(broken.store, { stat: () => Promise.reject(outage), get: () => Promise.reject(outage) });
        return written;
      };
      Object.assign(broken.store, { put });
    }
    const request = { label: 'confirmed_manipulated' as const, by: 'Moderator 7', note: '' };
    const history = await decide({ tenant, media }, request, broken, queues, noAbort);
    expect(history.decisions).toMatchObject([{ media, label: 'confirmed_manipulated' }]);
    expect(history.standing).toEqual(history.decisions[0]);
    expect(await labelled('confirmed_manipulated')).toEqual([]);

    expect(await revisitAll(ports, noAbort)).toBe(1);
    expect(await labelled('confirmed_manipulated')).toEqual([
      [copy.scan.id, 'inherited'],
      [first.scan.id, 'own'],
    ]);
    const types = (await told()).map(({ type }) => type).filter((type) => type !== 'verdict.published');
    expect(types.sort()).toEqual(['decision.made', 'verdict.revised']);
    expect(await revisitAll(ports, noAbort)).toBe(0);
  },
);

test('a decision on media that was deleted meanwhile is gone by the next sweep, also where the store could not tell', async () => {
  const { media } = (await scan(original)).scan;
  const store = Object.create(base.store) as Ports['store'];
  const put: Ports['store']['put'] = async (path, ...rest) => {
    if (!path.startsWith(knownKeys.decisions(tenant, media))) return base.store.put(path, ...rest);
    await deleteMedia(ports, queues, { tenant, media }, noAbort);
    Object.assign(store, { stat: () => Promise.reject(new StoreUnavailableError('away')) });
    // The deletion has taken the marker; a writer that was a little later has left both.
    await base.store.put(knownKeys.revisit(`${tenant}.m.${media}.${path.slice(-22, -5)}`), '{}', {}, noAbort);
    return base.store.put(path, ...rest);
  };
  Object.assign(store, { put });
  const request = { label: 'unsure' as const, by: 'Moderator 7', note: '' };
  await decide({ tenant, media }, request, { ...ports, store }, queues, noAbort);
  await revisitAll(ports, noAbort);
  for await (const { key } of base.store.list('', noAbort)) expect(key).not.toContain(media);
});

test('a sweep that comes between the marker of a decision and the decision leaves the marker to it', async () => {
  const { media } = (await scan(original)).scan;
  const marker = knownKeys.revisit(`${tenant}.m.${media}.00000001-00000000`);
  await ports.store.put(marker, '{}', {}, noAbort);
  await revisitAll(ports, noAbort);
  expect(await ports.store.stat(marker, noAbort)).not.toBeNull();
  jest.useFakeTimers({
    now: Date.now() + 61_000,
    doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout'],
  });
  try {
    await revisitAll(ports, noAbort);
  } finally {
    jest.useRealTimers();
  }
  expect(await ports.store.stat(marker, noAbort)).toBeNull();
});

test('what goes for very many is drawn the consequences of in parts, each scan once', async () => {
  const name = goneNameOf(tenant, '0'.repeat(64));
  const heirs = Array.from({ length: 120 }, (_, n) => `sc_${n.toString(16).padStart(32, '0')}`);
  await ports.store.put(knownKeys.revisit(name), JSON.stringify({ heirs }), {}, noAbort);
  const asked = jest.spyOn(ports.store, 'get');
  const ends: boolean[] = [];
  while (await ports.store.stat(knownKeys.revisit(name), noAbort))
    ends.push((await revisit(name, ports, noAbort, -1)).waits);
  expect(ends).toEqual([true, true, false]);
  const seen = asked.mock.calls.map(([path]) => path).filter((path) => path.startsWith('scans/'));
  expect(new Set(seen).size).toBe(heirs.length);
  // Twice each: what it says, and what it said before.
  expect(seen).toHaveLength(2 * heirs.length);
});

test('what goes for very many is not done while one of them, also of the first, is under way and may speak of it', async () => {
  const name = goneNameOf(tenant, '0'.repeat(64));
  const heirs = Array.from({ length: 120 }, (_, n) => `sc_${n.toString(16).padStart(32, '0')}`);
  await ports.store.put(knownKeys.revisit(name), JSON.stringify({ heirs }), {}, noAbort);
  const { scan: record } = await submitScan(ports, queues, { tenant, media: await newMedia(ports) }, noAbort);
  const id = heirs[3]!;
  await writeStored(ports.store, keys.record(id), { ...record, id, state: 'running' }, { ifAbsent: true }, noAbort);
  await ports.store.put(keys.openScan(id), '', {}, noAbort);
  const isMarked = async () => (await ports.store.stat(knownKeys.revisit(name), noAbort)) !== null;
  // In parts of fifty, and from the first on again.
  for (let part = 0; part < 4; part += 1) {
    await revisit(name, ports, noAbort, -1);
    expect([part, await isMarked()]).toEqual([part, true]);
  }
  await ports.store.delete(keys.openScan(id), noAbort);
  for (let part = 0; part < 6 && (await isMarked()); part += 1) await revisit(name, ports, noAbort, -1);
  expect(await isMarked()).toBe(false);
});

/** Found by reading: the ten that are named were chosen before it was looked what is inherited. */
test('more undecided copies than can be named take nothing away, from those that come and from those that were there', async () => {
  const first = await scan(original);
  const excerpt = await scan(folder.path('excerpt.mp4'));
  // The same pictures in other bytes.
  const copyOf = async (n: number) => {
    const path = folder.path(`excerpt-${n}.mp4`);
    await ffmpeg('-i', folder.path('excerpt.mp4'), '-c', 'copy', '-metadata', `title=${n}`, path);
    return scan(path);
  };
  const copies = [];
  for (let n = 0; n < 11; n += 1) copies.push(await copyOf(n));
  // Pushed out, and not gone: no reason to revise.
  expect(await settleScan(excerpt.scan.id, 'looked at again', ports, noAbort)).toBe(false);

  const inherits = { label: 'confirmed_manipulated' };
  const seen = async () => (await verdictOf(excerpt.scan.id)).knownMedia;
  await judge(first.scan.media, 'confirmed_manipulated');
  await revisitAll(ports, noAbort);
  expect((await seen())?.inherited).toMatchObject(inherits);
  const later = (await copyOf(11)).verdict.knownMedia;
  expect(later?.inherited).toMatchObject(inherits);
  expect(later?.matches).toHaveLength(10);
  expect(later?.matches[later.inherited?.match ?? 0]?.source).toMatchObject({ media: first.scan.media });

  await judge(first.scan.media, 'confirmed_manipulated', 'Moderator 8');
  await judge(copies[0]!.scan.media, 'unsure');
  await revisitAll(ports, noAbort);
  expect((await seen())?.inherited).toMatchObject({ ...inherits, by: 'Moderator 8' });
  expect((await ports.index.get(excerpt.scan.id))?.label).toBe('confirmed_manipulated');
});

test('authentic goes to no other file, and keeps manipulated from what looks nearer to it', async () => {
  const forged = await scan(original);
  const genuine = await scan(twin);
  await judge(genuine.scan.media, 'confirmed_authentic');
  await judge(forged.scan.media, 'confirmed_manipulated');
  await ffmpeg('-i', twin, '-an', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '24', folder.path('twin-copy.mp4'));
  const copy = (await scan(folder.path('twin-copy.mp4'))).verdict;
  const nearest = copy.knownMedia?.matches[0];
  expect(nearest).toMatchObject({ source: { media: genuine.scan.media }, decision: { label: 'confirmed_authentic' } });
  expect(copy.knownMedia?.inherited).toBeNull();
  expect((await scan(folder.path('copy-2.mp4'))).verdict.knownMedia?.inherited?.label).toBe('confirmed_manipulated');
});

test('a lost index comes back by reindex, and another process finds what it holds', async () => {
  const { media } = (await scan(original)).scan;
  await judge(media, 'confirmed_manipulated');
  await raw.flushall();
  const other = openPorts();
  try {
    const before = await scanLooks(folder.path('copy.mp4'), other);
    expect(before.verdict.knownMedia?.matches).toEqual([]);
    expect(await reindex(ports, noAbort)).toMatchObject({ known: 2 });
    const { verdict } = await scanLooks(folder.path('excerpt.mp4'), other);
    expect(verdict.knownMedia?.inherited?.label).toBe('confirmed_manipulated');
    expect((await told()).map(({ type }) => type)).toContain('decision.made');
  } finally {
    await Promise.all([other.known?.close(), other.index.close()]);
  }
});

test('lists are matched for their tenant or for all, and what speaks of one is revised when it is removed', async () => {
  const outcome = await fingerprintMedia(original, { secondsPerHash: 0.25 }, noAbort);
  if (!outcome.ok) throw new Error('no fingerprint');
  const signals = [{ name: 'seen at a partner', type: 'vpdq' as const, frames: outcome.value.frames }];
  const list = { name: 'Partner', label: 'confirmed_manipulated' as const, signals, passedOver: 0 };
  await importKnownList('other-tenant', list, ports, noAbort);
  const apart = await scan(folder.path('copy.mp4'));
  expect(apart.verdict.knownMedia?.matches).toEqual([]);
  const shared = await importKnownList(sharedScope, list, ports, noAbort);
  const { scan: record, verdict } = await scan(folder.path('excerpt.mp4'));
  expect(verdict.knownMedia?.inherited).toMatchObject({ label: 'confirmed_manipulated', by: 'Partner' });
  await removeKnownList(sharedScope, shared.id, ports, noAbort);
  expect(await revisitAll(ports, noAbort)).toBe(1);
  expect((await verdictOf(record.id)).knownMedia).toMatchObject({ inherited: null });
});

test('what people decided can be exported as a hash list, which finds it again', async () => {
  const { media } = (await scan(original)).scan;
  await scan(stranger);
  await judge(media, 'confirmed_manipulated');
  const { rows, next } = await exportKnownMedia(tenant, { limit: 10 }, ports, noAbort);
  expect(next).toBeNull();
  expect(rows).toMatchObject([{ signal_type: 'vpdq', category: 'POSITIVE_CLASS', tags: 'confirmed_manipulated' }]);
  const signal = fromSignalRow(rows[0]!, 'row 1');
  expect(signal).toMatchObject({ type: 'vpdq', name: media });
  expect(await exportKnownMedia(tenant, { limit: 10, label: 'unsure' }, ports, noAbort)).toEqual({
    rows: [],
    next: null,
  });
});

test('what one tenant decided says nothing to another, who may have the same bytes, and is gone with their media alone', async () => {
  const { media } = (await scan(original)).scan;
  await scanLooks(original, ports, 'acme');
  await judge(media, 'confirmed_manipulated');
  await decide({ tenant: 'acme', media }, { label: 'unsure', by: 'Moderator 9', note: '' }, ports, queues, noAbort);
  const copy = await scanLooks(folder.path('copy.mp4'), ports, 'acme');
  expect(copy.verdict.knownMedia).toMatchObject({ matches: [{ scope: 'acme', source: { media } }], inherited: null });
  expect(copy.verdict.knownMedia?.matches).toHaveLength(1);
  expect(await labelled('unsure')).toEqual([]);
  expect(await deleteMedia(ports, queues, { tenant: 'acme', media }, noAbort)).toBe(true);
  const made = (await told()).filter(({ type }) => type === 'decision.made');
  expect(made).toMatchObject([{ data: { tenant, label: 'confirmed_manipulated' } }]);
  expect((await decisionHistory({ tenant, media }, ports.store, noAbort)).standing?.by).toBe('Moderator 7');
  expect((await scan(folder.path('copy-2.mp4'))).verdict.knownMedia?.inherited?.label).toBe('confirmed_manipulated');
});

test('media that is deleted leaves nothing that names it, and what inherited from it is revised', async () => {
  const { media } = (await scan(original)).scan;
  await judge(media, 'confirmed_manipulated');
  const copy = await scan(folder.path('copy.mp4'));
  expect(copy.verdict.knownMedia?.inherited?.label).toBe('confirmed_manipulated');
  expect(await deleteMedia(ports, queues, { tenant, media }, noAbort)).toBe(true);
  expect(await revisitAll(ports, noAbort)).toBe(1);
  expect((await verdictOf(copy.scan.id)).knownMedia).toMatchObject({ matches: [], inherited: null });
  expect(await labelled('confirmed_manipulated')).toEqual([]);
  for await (const { key } of ports.store.list('', noAbort)) {
    const body = String(await ports.store.get(key, noAbort));
    expect([key, key.includes(media) || body.includes(media)]).toEqual([key, false]);
  }
});

test('what is being remembered while its media is deleted does not come back, although the deletion aborts it', async () => {
  const { scan: record, verdict } = await scan(original);
  const own = knownKeys.record(tenant, record.media);
  const stop = new AbortController();
  const deletedBefore: Partial<Ports['store']> = {
    async put(key, ...rest) {
      if (key === own) await deleteMedia(ports, queues, { tenant, media: record.media }, noAbort);
      const written = await base.store.put(key, ...rest);
      if (key === own) stop.abort(new Error('aborted by the deletion'));
      return written;
    },
  };
  const store: Ports['store'] = Object.assign(Object.create(base.store), deletedBefore);
  await expect(remember(record, verdict, { ...ports, store }, stop.signal)).rejects.toThrow('aborted by the deletion');
  const left: string[] = [];
  for await (const { key } of base.store.list('', noAbort)) if (key.includes(record.media)) left.push(key);
  expect(left).toEqual([]);
  expect(await ports.known?.findMedia(tenant, record.media)).toBeNull();
});
