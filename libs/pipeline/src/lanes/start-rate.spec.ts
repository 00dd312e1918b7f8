/**
 * Invariants, with a real Redis: no minute has more starts of a tenant in a lane than it may have, and nothing waits longer than that
 * takes; who is another tenant, or in another lane, is not held; what is cancelled, raised or let go leaves no gap behind.
 */
import type { Lane } from '@assay/contracts';
import type { Redis } from 'ioredis';
import { LaterError } from '../errors';
import { addPlanJob, removeScanJobs } from '../flows';
import type { ScanQueues } from '../open-queues';
import { jobIdFor } from '../queues';
import { laneScan } from '../testing/lane-jobs';
import { withQueues } from '../testing/with-queues';
import { queuePlaceOf } from './expect-verdict';
import { raisePriority } from './raise-priority';
import { windowMs } from './start-scripts';
import type { Flow } from './turns';

const flow: Flow = { tenant: 'a', lane: 'backfill' };
const second = 1_000;
const began = 1_000_000_000_000;
let client: Redis;
let queues: ScanQueues;

withQueues((opened) => ({ queues, client } = opened));
beforeEach(() => client.flushall());

/** @returns null when the job starts, or how long it has to wait, ms */
async function ask(job: string, most: number | null, nowMs: number, of = flow): Promise<number | null> {
  try {
    await queues.starts.enter(job, of, most, nowMs);
    return null;
  } catch (error) {
    if (error instanceof LaterError) return error.pauseMs;
    throw error;
  }
}

/** Has jobs ask when they come, and again at each time that they are told. @returns when each started, in order */
async function runOn(jobs: readonly { job: string; comesAt: number }[], most: number) {
  const coming = jobs.map(({ job, comesAt }, order) => ({ job, at: comesAt, order }));
  const starts: { job: string; at: number }[] = [];
  let asked = 0;
  while (coming.length > 0) {
    coming.sort((one, other) => one.at - other.at || one.order - other.order);
    const next = coming.shift();
    if (!next) break;
    asked += 1;
    const pauseMs = await ask(next.job, most, next.at);
    if (pauseMs === null) starts.push({ job: next.job, at: next.at });
    else coming.push({ ...next, at: next.at + pauseMs });
  }
  return { starts, asked };
}

function mostInAMinute(starts: readonly { at: number }[]): number {
  return Math.max(...starts.map(({ at }) => starts.filter((o) => o.at >= at && o.at < at + windowMs).length));
}

it('begins no more in any minute than may be, and nothing later than that takes', async () => {
  const jobs = Array.from({ length: 50 }, (_, n) => ({ job: `job-${n}`, comesAt: began + n * 700 }));
  const { starts, asked } = await runOn(jobs, 4);
  expect(new Set(starts.map(({ job }) => job)).size).toBe(50);
  expect(mostInAMinute(starts)).toBe(4);
  // Twelve full minutes, and the rest in the thirteenth; in the order in which they came.
  expect((starts.at(-1)?.at ?? 0) - began).toBeLessThanOrEqual(12 * windowMs + 4 * 700);
  expect(starts.map(({ job }) => job)).toEqual(jobs.map(({ job }) => job));
  // Each was put aside once: a long line costs the fleet no more than a short one.
  expect(asked).toBe(50 + 46);
});

it('lets what waited go before what has just come', async () => {
  for (const job of ['one', 'two']) expect(await ask(job, 2, began)).toBeNull();
  expect(await ask('waits', 2, began)).toBe(windowMs);
  const due = began + windowMs;
  // Both places are free at that moment, and one of them is taken.
  expect(await ask('new', 2, due)).toBeNull();
  expect(await ask('newer', 2, due)).toBe(windowMs);
  expect(await ask('waits', 2, due)).toBeNull();
});

it('has a new job wait behind all that are due, where nothing has started for a minute', async () => {
  for (const job of ['one', 'two', 'three', 'four', 'five']) await ask(job, 2, began);
  const back = began + windowMs + second;
  expect(await ask('new', 2, back)).toBe(windowMs);
  for (const job of ['three', 'four']) expect(await ask(job, 2, back)).toBeNull();
  expect(await ask('five', 2, back)).toBe(windowMs);
});

it('counts a job that lost its worker once', async () => {
  expect(await ask('one', 1, began)).toBeNull();
  expect(await ask('one', 1, began + 20 * second)).toBeNull();
  expect(await ask('two', 1, began + 20 * second)).toBe(40 * second);
});

it('holds nobody else: not another tenant, not another lane', async () => {
  expect(await ask('one', 1, began)).toBeNull();
  expect(await ask('two', 1, began)).not.toBeNull();
  expect(await ask('three', 1, began, { tenant: 'b', lane: 'backfill' })).toBeNull();
  expect(await ask('four', 1, began, { tenant: 'a', lane: 'live' })).toBeNull();
});

it('does not wait for a clock that was set back', async () => {
  expect(await ask('one', 1, began + 3_600 * second)).toBeNull();
  expect(await ask('two', 1, began)).toBeNull();
});

/** Scans whose plan jobs a worker has put aside, all but the first `most`. */
async function heldScans(most: number, count: number, lane: Lane = 'backfill') {
  const scans = Array.from({ length: count }, () => laneScan('a', lane));
  const jobs = scans.map(({ id, modelSet }) => jobIdFor('plan', id, modelSet));
  const now = Date.now();
  for (const [n, scan] of scans.entries()) {
    const pauseMs = await ask(jobs[n] ?? '', most, now, { tenant: 'a', lane });
    if (pauseMs === null) continue;
    await addPlanJob(queues, scan);
    await queues.plan.remove(jobs[n] ?? '');
    const data = { v: 1 as const, scan: scan.id, tenant: 'a', turn: { lane, at: n } };
    await queues.plan.add('plan', data, { jobId: jobs[n] ?? '', priority: n + 1, delay: pauseMs });
  }
  return { scans, jobs, now };
}

const waiting = async (): Promise<(string | undefined)[]> =>
  (await queues.plan.getJobs(['prioritized'])).map(({ id }) => id);

it('calls the next where one that was held is gone', async () => {
  const { scans, jobs, now } = await heldScans(1, 4);
  const [, cancelled] = scans;
  if (!cancelled) throw new Error('no scan');
  await removeScanJobs(queues, cancelled);
  expect(await queues.starts.held(flow)).toBe(2);
  // Its place in the next minute is free; whoever comes then calls one of the others for the room that is left.
  expect(await ask('other', 2, now + windowMs)).toBeNull();
  expect(await waiting()).toEqual([jobs[2]]);
});

it('calls those that waited under a rate that was taken away, and skips one that is gone', async () => {
  const { jobs, now } = await heldScans(1, 5);
  await queues.plan.remove(jobs[1] ?? '');
  await queues.starts.call(flow, now);
  expect((await waiting()).sort()).toEqual([jobs[2], jobs[3]].sort());
  expect(await ask(jobs[2] ?? '', null, now)).toBeNull();
  expect((await waiting()).sort()).toEqual([jobs[2], jobs[3], jobs[4]].sort());
});

it('lets a scan go that is asked for again, more urgently', async () => {
  const { scans, jobs } = await heldScans(1, 2);
  const [, held] = scans;
  if (!held) throw new Error('no scan');
  await raisePriority(
    held,
    'live',
    { index: { update: async () => ({ ...held, priority: 'live' }) } as never },
    queues,
  );
  expect(await waiting()).toEqual([jobs[1]]);
  expect(await queues.starts.held(flow)).toBe(0);
});

it('adds the wait to the time at which a verdict is expected', async () => {
  const { scans, now } = await heldScans(1, 3);
  const [, , last] = scans;
  if (!last) throw new Error('no scan');
  expect(await queuePlaceOf(last, queues, now)).toEqual({ position: null, secondsToVerdict: null });
  for (const queue of ['plan', 'look'] as const) {
    await queues.turns.finished(queue, 'backfill', { workMs: second, videoMs: second }, now);
  }
  const { secondsToVerdict } = await queuePlaceOf(last, queues, now);
  // Two minutes, a second of planning and one of looking.
  expect(secondsToVerdict).toBeCloseTo(122, 0);
});
