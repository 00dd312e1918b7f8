/**
 * Invariants, with a real Redis and a real folder store: what the index lost comes back from the store, with how far
 * each scan is; what the index knows better stays; deleted media does not come back; a damaged record is named and
 * keeps nobody else from coming back.
 */
import { defaultTenant, type ScanRecord, Verdict } from '@assay/contracts';
import { createRedisIndex, type ScanIndex } from '@assay/storage';
import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from '../../../test/support/redis';
import { PermanentError } from './errors';
import { failScan } from './fail-scan';
import { keys } from './keys';
import type { OpenPorts } from './open-ports';
import { openQueues, type ScanQueues } from './open-queues';
import { sweepEveryMs } from './queues';
import { reindex } from './reindex';
import { ensureSweeps, scheduleSweeps } from './schedule-sweeps';
import { reject } from './stages/judge';
import { publish } from './stages/publish';
import { registerScan } from './submit';
import { testPlan } from './testing/test-plan';
import { newMedia, noAbort, testPorts } from './testing/test-ports';

let redis: TestRedis;
let raw: Redis;
let index: ScanIndex;
let ports: OpenPorts;

beforeAll(async () => {
  redis = await startRedis();
  raw = new Redis(redis.path);
});
afterAll(async () => {
  raw.disconnect();
  await redis.close();
});
beforeEach(async () => {
  await raw.flushall();
  index = createRedisIndex({ path: redis.path });
  ports = { ...(await testPorts()), index };
});
afterEach(async () => {
  await ports.close();
  await index.close();
});

async function newScan(): Promise<ScanRecord> {
  return (await registerScan(ports, { tenant: defaultTenant, media: await newMedia(ports) }, noAbort)).scan;
}

async function finishedScan(): Promise<ScanRecord> {
  const { id } = await newScan();
  const outcome = await reject(id, { code: 'not_media', message: 'This is no media.' }, ports, noAbort);
  if (!outcome.ok) throw new Error('not judged');
  return publish(Verdict.parse(outcome.value), ports, noAbort);
}

const listed = async () => (await index.list({ tenant: defaultTenant, limit: 100, cursor: null })).scans;

const plan = testPlan(3);

describe('reindex', () => {
  it('brings every scan back as it was, in the same order, with its media', async () => {
    const done = await finishedScan();
    const failed = await newScan();
    await failScan(failed.id, new PermanentError('It broke.'), ports, noAbort);
    await newScan();
    const before = await listed();
    await raw.flushall();
    const seen: number[] = [];
    const report = await reindex(ports, noAbort, ({ scans }) => seen.push(scans));
    expect(report).toEqual({ scans: 3, created: 3, replaced: 0, kept: 0, gone: 0, unreadable: [], known: 0 });
    expect(seen).toEqual([1, 2, 3]);
    expect(await listed()).toEqual(before);
    expect(await index.scansOfMedia(done.media, defaultTenant)).toEqual([done.id]);
    const page = { tenant: defaultTenant, limit: 10, cursor: null };
    expect((await index.list({ ...page, verdict: 'rejected' })).scans).toEqual([done]);
    expect((await index.list({ ...page, media: done.media, state: 'done' })).scans).toEqual([done]);
    expect(await index.get(done.id)).toMatchObject({
      state: 'done',
      verdict: 'rejected',
      rejection: { code: 'not_media' },
    });
    expect(await index.get(failed.id)).toMatchObject({ state: 'failed', failure: 'It broke.' });
  });

  it('run again changes nothing', async () => {
    await finishedScan();
    await newScan();
    const before = await listed();
    expect(await reindex(ports, noAbort)).toMatchObject({ scans: 2, created: 0, replaced: 0, kept: 2 });
    expect(await listed()).toEqual(before);
  });

  it('restores how far the looks are from what they left', async () => {
    const { id } = await newScan();
    await ports.store.put(keys.plan(id), JSON.stringify(plan), {}, noAbort);
    for (const done of [0, 2]) await ports.store.put(keys.segment(id, done), '{}', {}, noAbort);
    await raw.flushall();
    await reindex(ports, noAbort);
    expect(await index.get(id)).toMatchObject({ state: 'queued', segments: 3, segmentsDone: 2 });
    // Counted as a set: the look that is still to come makes it three, and one that is repeated does not.
    expect(await index.markSegmentDone(id, 2)).toBe(2);
    expect(await index.markSegmentDone(id, 1)).toBe(3);
  });

  it('leaves what the index knows better, and brings up to date what it does not', async () => {
    const ahead = await newScan();
    await index.update(ahead.id, { state: 'running', stage: 'look', percent: 40 });
    const behind = await finishedScan();
    await index.delete(behind.id);
    await index.create({ ...behind, state: 'running', stage: 'look', verdict: null });
    expect(await reindex(ports, noAbort)).toMatchObject({ created: 0, replaced: 1, kept: 1 });
    expect(await index.get(ahead.id)).toMatchObject({ state: 'running', stage: 'look', percent: 40 });
    expect(await index.get(behind.id)).toEqual(behind);
  });

  it('does not bring back media that is being deleted', async () => {
    const { id, media } = await finishedScan();
    // As far as a deletion that was cut off: the media's record goes first.
    await ports.store.delete(keys.mediaRecord(media, defaultTenant), noAbort);
    await raw.flushall();
    expect(await reindex(ports, noAbort)).toMatchObject({ scans: 1, created: 0, gone: 1 });
    expect(await index.get(id)).toBeNull();
    expect(await raw.keys('*')).toEqual([]);
  });

  it('names a record that cannot be read, and restores the others', async () => {
    const damaged = await newScan();
    const whole = await newScan();
    await ports.store.put(keys.record(damaged.id), '{"schema":', {}, noAbort);
    await raw.flushall();
    expect(await reindex(ports, noAbort)).toMatchObject({ scans: 2, created: 1, unreadable: [damaged.id] });
    expect((await listed()).map(({ id }) => id)).toEqual([whole.id]);
  });
});

describe('the schedule of sweeps', () => {
  let queues: ScanQueues;
  beforeEach(async () => {
    queues = await openQueues({ redisUrl: redis.url });
  });
  afterEach(() => queues.close());

  it('is set again where Redis lost it, and left alone where it is', async () => {
    await scheduleSweeps(queues);
    expect(await ensureSweeps(queues)).toBe(false);
    await raw.flushall();
    expect(await ensureSweeps(queues)).toBe(true);
    expect(await queues.sweep.getJobScheduler('sweep')).toMatchObject({ every: sweepEveryMs });
    expect(await queues.sweep.getWaitingCount()).toBeGreaterThanOrEqual(1);
  });
});
