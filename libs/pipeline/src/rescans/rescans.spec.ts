/**
 * Invariants, with a real Redis and a folder store: a re-scan finds what was asked for and nothing else; cut off at any moment it goes on
 * and makes no scan twice; old scans stay as they are; the queue never fills up; a lost Redis ends none.
 */
import { defaultTenant, type MediaId, type Rescan, ScanRecord } from '@assay/contracts';
import { LaterError } from '../errors';
import { keys } from '../keys';
import type { OpenPorts } from '../open-ports';
import type { ScanQueues } from '../open-queues';
import { readScanHistory } from '../scan-history';
import { readStored, writeStored } from '../stored';
import { registerScan, submitScan } from '../submit';
import { newMedia, noAbort, testPorts } from '../testing/test-ports';
import { withQueues } from '../testing/with-queues';
import { cancelRescan, countMatches, getRescan, startRescan, sweepRescans } from './rescans';
import { mostWaiting, runRescan } from './run-rescan';

const other = 'e'.repeat(64);
let queues: ScanQueues;
let ports: OpenPorts;
withQueues((opened) => (queues = opened.queues));
beforeEach(async () => {
  ports = await testPorts();
});
afterEach(async () => {
  for (const name of ['plan', 'rescan'] as const) await queues[name].obliterate({ force: true });
  await ports.close();
});

/** A scan as it is left when it was judged. */
async function judged(
  probability: number | null,
  { updatedAt = '2026-11-20T00:00:00.000Z', tenant = defaultTenant } = {},
): Promise<ScanRecord> {
  const media: MediaId = await newMedia(ports, tenant);
  const { scan } = await registerScan(ports, { tenant, media }, noAbort);
  const record: ScanRecord = {
    ...scan,
    state: 'done',
    stage: 'publish',
    probability,
    verdict: 'inconclusive',
    updatedAt,
  };
  await writeStored(ports.store, keys.record(scan.id), record, { ifAbsent: false }, noAbort);
  await ports.store.delete(keys.openScan(scan.id), noAbort);
  return record;
}

const query = (changes: Partial<Rescan> = {}) => ({
  set: ports.models.digest,
  between: [0.4, 0.6] as [number, number],
  since: null,
  to: other,
  dryRun: false,
  ...changes,
});
const start = (changes: Partial<Rescan> = {}) => startRescan(query(changes), 'ada', ports, queues, noAbort);
const run = ({ id }: Rescan, signal = noAbort) => runRescan(id, ports, queues, signal);
const waiting = async () => (await queues.plan.getJobs(['prioritized', 'waiting'])).map(({ data }) => data.scan);

it('asks for what lies between the two, both ends included, and for nothing else', async () => {
  const fitting = [await judged(0.4), await judged(0.5), await judged(0.6, { tenant: 'acme' })];
  await judged(0.39);
  await judged(0.61);
  await judged(null);
  expect(await countMatches(query(), ports, noAbort)).toEqual({ looked: 6, matched: 3 });
  expect(await run(await start())).toMatchObject({
    state: 'done',
    looked: 6,
    matched: 3,
    submitted: 3,
    known: 0,
    gone: 0,
  });
  const made = await Promise.all(
    (await waiting()).map((scan) => readStored(ports.store, keys.record(scan), ScanRecord, noAbort)),
  );
  expect(made.map((record) => record?.rescanOf).sort()).toEqual(fitting.map(({ id }) => id).sort());
  for (const record of made) {
    expect(record).toMatchObject({ modelSet: other, state: 'queued', policy: 'default', priority: 'backfill' });
    const old = fitting.find(({ id }) => id === record?.rescanOf);
    expect([record?.tenant, record?.media]).toEqual([old?.tenant, old?.media]);
  }
});

it('goes by the time of the verdict where one is given', async () => {
  await judged(0.5, { updatedAt: '2026-11-01T00:00:00.000Z' });
  await judged(0.5, { updatedAt: '2026-11-21T00:00:00.000Z' });
  const since = '2026-11-20T00:00:00.000Z';
  expect(await run(await start({ since }))).toMatchObject({ matched: 1, submitted: 1 });
});

it('only counts in a dry run', async () => {
  await judged(0.5);
  expect(await run(await start({ dryRun: true }))).toMatchObject({ state: 'done', matched: 1, submitted: 0 });
  expect(await waiting()).toEqual([]);
});

it('leaves the scan that was as it is, and shows both', async () => {
  const old = await judged(0.5);
  await run(await start());
  const [scan] = await waiting();
  expect(await readStored(ports.store, keys.record(old.id), ScanRecord, noAbort)).toEqual(old);
  const history = await readScanHistory(old, ports, noAbort);
  expect(history.scans.map(({ id, modelSet }) => [id, modelSet])).toEqual([
    [old.id, ports.models.digest],
    [scan, other],
  ]);
});

it('leaves out what is not there any more, and keeps no name of it', async () => {
  const [fileGone, mediaGone] = [await judged(0.5), await judged(0.5)];
  await ports.store.delete(keys.media(fileGone.media), noAbort);
  await ports.store.delete(keys.mediaRecord(mediaGone.media, mediaGone.tenant), noAbort);
  const started = await start();
  expect(await run(started)).toMatchObject({ state: 'done', matched: 2, submitted: 0, gone: 2, cursor: null });
  expect(await waiting()).toEqual([]);
});

/** Found by reading: one damaged document ended the re-scan, at the same place each time that it was asked for. */
it('leaves out what is damaged, and goes on', async () => {
  const [policy, media, record] = [await judged(0.5), await judged(0.5), await judged(0.5)];
  const whole = await judged(0.5);
  const damaged = [keys.policy(policy.id), keys.mediaRecord(media.media, media.tenant), keys.record(record.id)];
  for (const key of damaged) await ports.store.put(key, '{"schema":', {}, noAbort);
  expect(await countMatches(query(), ports, noAbort)).toEqual({ looked: 4, matched: 3 });
  const ended = { state: 'done', looked: 4, matched: 3, submitted: 1, gone: 2, failure: null };
  expect(await run(await start())).toMatchObject(ended);
  const [scan] = await waiting();
  expect(await readStored(ports.store, keys.record(scan!), ScanRecord, noAbort)).toMatchObject({ rescanOf: whole.id });
});

it('makes no scan twice when it is asked for again', async () => {
  await judged(0.5);
  await run(await start());
  await judged(0.45);
  const again = await start();
  expect(await run(again)).toMatchObject({ state: 'done', matched: 2, submitted: 1, known: 1 });
  expect(await waiting()).toHaveLength(2);
  await expect(startRescan(query({ to: ports.models.digest }), 'ada', ports, queues, noAbort)).rejects.toMatchObject({
    code: 'same_set',
  });
});

it('goes on where it was cut off, however often', async () => {
  const fitting = await Promise.all(Array.from({ length: 9 }, () => judged(0.5)));
  const started = await start();
  let cuts = 0;
  for (let reads = 3; ; reads += 5) {
    // Dies at one of its reads, with nothing tidied up; the next worker starts from what lies in the store.
    const dying = new AbortController();
    let left = reads;
    const get: typeof ports.store.get = (key, signal) => {
      if ((left -= 1) < 0) dying.abort(new Error('killed'));
      return ports.store.get(key, signal);
    };
    const store = new Proxy(ports.store, {
      get: (target, name) => (name === 'get' ? get : Reflect.get(target, name).bind(target)),
    });
    const outcome = await runRescan(started.id, { ...ports, store }, queues, dying.signal).catch(
      (error: unknown) => error,
    );
    if (!(outcome instanceof Error)) break;
    cuts += 1;
  }
  expect(cuts).toBeGreaterThan(3);
  expect(await getRescan(started.id, ports.store, noAbort)).toMatchObject({ state: 'done', matched: 9 });
  const scans = await waiting();
  expect(new Set(scans).size).toBe(scans.length);
  expect(scans).toHaveLength(fitting.length);
});

it('stops while the queue is full, behind everything that others ask for, and goes on later', async () => {
  await Promise.all(Array.from({ length: mostWaiting + 2 }, () => judged(0.5)));
  const started = await start();
  await expect(run(started)).rejects.toBeInstanceOf(LaterError);
  expect(await waiting()).toHaveLength(mostWaiting);
  expect(await getRescan(started.id, ports.store, noAbort)).toMatchObject({ state: 'running', submitted: mostWaiting });
  const media = await newMedia(ports);
  const { scan } = await submitScan(ports, queues, { tenant: defaultTenant, media, priority: 'live' }, noAbort);
  const [next] = await queues.plan.getJobs(['prioritized'], 0, 0, true);
  expect(next?.data.scan).toBe(scan.id);
  await queues.plan.drain();
  expect(await run(started)).toMatchObject({ state: 'done', submitted: mostWaiting + 2 });
});

it('stops while as many scans of the tenant wait for its rate', async () => {
  await judged(0.5);
  const started = await start();
  const flow = { tenant: defaultTenant, lane: 'backfill' as const };
  const ask = (job: string) => queues.starts.enter(job, flow, 1).catch(() => undefined);
  for (let jobs = 0; jobs <= mostWaiting; jobs += 1) await ask(`job-${jobs}`);
  await expect(run(started)).rejects.toBeInstanceOf(LaterError);
  await queues.starts.forget('job-1', flow);
  expect(await run(started)).toMatchObject({ state: 'done', submitted: 1 });
});

it('ends when it is cancelled, and is brought back by a sweep when only its job was lost', async () => {
  await judged(0.5);
  const started = await start();
  await queues.rescan.obliterate({ force: true });
  await sweepRescans(ports, queues, noAbort);
  expect(await queues.rescan.getJobState(started.id)).toBe('waiting');
  expect(await cancelRescan(started.id, ports.store, noAbort)).toMatchObject({ state: 'cancelled' });
  expect(await run(started)).toMatchObject({ state: 'cancelled', submitted: 0 });
  await queues.rescan.obliterate({ force: true });
  await sweepRescans(ports, queues, noAbort);
  expect(await queues.rescan.getJobState(started.id)).toBe('unknown');
});
