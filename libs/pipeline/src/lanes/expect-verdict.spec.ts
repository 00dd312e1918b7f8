/**
 * Invariants, with a real Redis: a position is the number of jobs that are taken first; a time is told only from what was
 * measured, in the scan's own lane, and only while jobs of it waited.
 */
import type { Lane, ScanRecord } from '@assay/contracts';
import type { Redis } from 'ioredis';
import type { TestRedis } from '../../../../test/support/redis';
import { addScanFlow } from '../flows';
import type { ScanQueues } from '../open-queues';
import { jobIdFor } from '../queues';
import { addScans, laneScan, openTaker } from '../testing/lane-jobs';
import { testPlan } from '../testing/test-plan';
import { withQueues } from '../testing/with-queues';
import { queuePlaceOf } from './expect-verdict';
import type { LaneQueue } from './lane-settings';

const second = 1000;
let redis: TestRedis;
let client: Redis;
let queues: ScanQueues;

withQueues((opened) => ({ queues, redis, client } = opened));
beforeEach(() => client.flushall());

/** The fleet finishes jobs of a lane, one every `everyMs`, each after `workMs`. @returns the time at its end */
async function finish(queue: LaneQueue, lane: Lane, jobs: number, everyMs: number, workMs: number): Promise<number> {
  let at = 1_000_000_000;
  for (let job = 0; job < jobs; job += 1) {
    at += everyMs;
    await queues.turns.finished(queue, lane, { workMs, videoMs: 30 * second }, at);
  }
  return at;
}

async function looking(tenant: string, lane: Lane, segments: number): Promise<ScanRecord> {
  const scan: ScanRecord = { ...laneScan(tenant, lane), state: 'running', stage: 'look', segments };
  await addScanFlow(queues, scan, testPlan(segments));
  return scan;
}

it('tells the jobs that are taken first, and no time as long as nothing was measured', async () => {
  await addScans(queues, 'a', 'standard', 3);
  const [scan] = await addScans(queues, 'a', 'standard', 1);
  if (!scan) throw new Error('no scan');
  expect(await queuePlaceOf(scan, queues)).toEqual({ position: 3, secondsToVerdict: null });
  const [live] = await addScans(queues, 'b', 'live', 1);
  expect(live && (await queuePlaceOf(live, queues))).toMatchObject({ position: 0 });
  expect(await queuePlaceOf(scan, queues)).toMatchObject({ position: 4 });
  const taker = openTaker(redis.url, queues);
  await taker.take();
  await taker.close();
  expect(await queuePlaceOf(scan, queues)).toMatchObject({ position: 3 });
});

it('expects a verdict by the looks of its lane that come first and the rate at which they were done while others waited', async () => {
  await looking('a', 'standard', 10);
  const scan = await looking('b', 'standard', 2);
  // 2 s of work each, two at a time: one a second.
  const now = await finish('look', 'standard', 8, second, 2 * second);
  const { position, secondsToVerdict } = await queuePlaceOf(scan, queues, now);
  // Its two looks take turns with those of the other tenant.
  expect(position).toBe(1);
  expect(secondsToVerdict).toBeCloseTo(2 + 2, 0);
  // The other one waits for both of these and all of its own.
  expect(secondsToVerdict).not.toBeNull();
});

it('does not take the pace of a lane for that of another', async () => {
  await looking('a', 'backfill', 10);
  const scan = await looking('a', 'backfill', 1);
  const now = await finish('look', 'live', 8, second, 2 * second);
  expect(await queuePlaceOf(scan, queues, now)).toMatchObject({ secondsToVerdict: null });
});

it('does not take rare uploads for a slow fleet', async () => {
  // Each was done long before the next one came: nobody waited.
  const now = await finish('look', 'live', 5, 60 * second, 2 * second);
  await finish('plan', 'live', 5, 60 * second, 200);
  const [next] = await addScans(queues, 'a', 'live', 1);
  if (!next) throw new Error('no scan');
  expect((await queuePlaceOf(next, queues, now)).secondsToVerdict).toBeCloseTo(2.2, 1);
  await addScans(queues, 'b', 'live', 5);
  const [behind] = await addScans(queues, 'b', 'live', 1);
  // Several wait now, and how fast that goes was never seen.
  expect(behind && (await queuePlaceOf(behind, queues, now))).toMatchObject({ secondsToVerdict: null });
});

it('forgets what was measured long ago', async () => {
  const now = await finish('look', 'live', 5, second, 2 * second);
  const scan = await looking('a', 'live', 1);
  expect((await queuePlaceOf(scan, queues, now)).secondsToVerdict).toBeCloseTo(2, 1);
  expect(await queuePlaceOf(scan, queues, now + 3_600 * second)).toEqual({ position: 0, secondsToVerdict: null });
});

it('has no position for a scan of which nothing waits', async () => {
  const scan: ScanRecord = { ...laneScan('a', 'live'), state: 'running', stage: 'look', segments: 1 };
  expect(await queuePlaceOf(scan, queues)).toEqual({ position: null, secondsToVerdict: null });
});

it('knows no time for a scan of which a part is set aside', async () => {
  const now = await finish('look', 'live', 5, second, 2 * second);
  const scan = await looking('a', 'live', 1);
  expect((await queuePlaceOf(scan, queues, now)).secondsToVerdict).not.toBeNull();
  const look = jobIdFor('look', scan.id, scan.modelSet, 0);
  await queues.look.remove(look);
  const data = { v: 1 as const, scan: scan.id, tenant: 'a', segment: 0 };
  await queues.look.add('look', data, { jobId: look, delay: 60 * second });
  expect(await queuePlaceOf(scan, queues, now)).toEqual({ position: null, secondsToVerdict: null });
});
