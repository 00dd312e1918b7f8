/**
 * Invariants, with a real Redis and BullMQ taking the jobs:
 *
 * 1. Of lanes that are full, jobs are taken 16 : 4 : 1, and a backfill job waits for no more than that of any tenant.
 * 2. Tenants of one lane are served alike, whoever came first and with however many; who comes with few comes next.
 * 3. Being idle saves nothing up.
 * 4. Turns order jobs and nothing more: turns without jobs, jobs without turns and lost turns lose no job and double none.
 * 5. Asking twice costs one turn.
 * 6. Places are counted anew before BullMQ's end, in the same order, and a count that was cut off is finished.
 * 7. All keys lie in one slot of a Redis Cluster.
 */
import type { Lane } from '@assay/contracts';
import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from '../../../../test/support/redis';
import { addPlanJob } from '../flows';
import { openQueues, type ScanQueues } from '../open-queues';
import { jobIdFor } from '../queues';
import { addScans, laneScan, openTaker, type TakenJob } from '../testing/lane-jobs';
import { noAbort } from '../testing/test-ports';
import { lastPlace, placeOf, ticksWithPlaces } from './lane-settings';
import { renumberJobs } from './renumber';

let redis: TestRedis;
let client: Redis;
let queues: ScanQueues;
let taker: ReturnType<typeof openTaker>;

beforeAll(async () => {
  redis = await startRedis();
  client = new Redis(redis.path);
  queues = await openQueues({ redisUrl: redis.url });
  taker = openTaker(redis.url, queues);
});
beforeEach(() => client.flushall());
afterAll(async () => {
  await taker.close();
  await queues.close();
  client.disconnect();
  await redis.close();
});

const jobOf = (scan: { id: string; modelSet: string }) => jobIdFor('plan', scan.id, scan.modelSet);

async function takeAll(most = Infinity): Promise<TakenJob[]> {
  const taken: TakenJob[] = [];
  while (taken.length < most) {
    const job = await taker.take();
    if (!job) break;
    taken.push(job);
  }
  return taken;
}

const count = (jobs: TakenJob[], lane: Lane) => jobs.filter((job) => job.lane === lane).length;

describe('lanes', () => {
  it('are taken 16 : 4 : 1 when all are full, whichever filled first', async () => {
    for (const lane of ['backfill', 'standard', 'live'] as const) await addScans(queues, 'one', lane, 70);
    // The first turn of each, then rounds of 21.
    const taken = await takeAll(3 + 3 * 21);
    const shares = (['live', 'standard', 'backfill'] as const).map((lane) => count(taken, lane));
    expect(shares).toEqual([49, 13, 4]);
  });

  it('let a backfill job wait for at most 17 live and 5 standard jobs of each tenant, however many come', async () => {
    await addScans(queues, 'archive', 'backfill', 3);
    const waits: TakenJob[][] = [[]];
    while (waits.length <= 3) {
      // Live and standard never run dry, and their jobs come later than the backfill job that waits.
      await Promise.all(
        ['a', 'b'].flatMap((tenant) => [addScans(queues, tenant, 'live', 2), addScans(queues, tenant, 'standard', 1)]),
      );
      const job = await taker.take();
      if (job?.lane === 'backfill') waits.push([]);
      else if (job) waits.at(-1)?.push(job);
    }
    for (const wait of waits) {
      expect(count(wait, 'live')).toBeLessThanOrEqual(2 * 17);
      expect(count(wait, 'standard')).toBeLessThanOrEqual(2 * 5);
    }
  });

  it('give all to one that is alone', async () => {
    await addScans(queues, 'one', 'backfill', 5);
    expect(await takeAll()).toHaveLength(5);
  });
});

describe('tenants', () => {
  it('that come live to a turn that many have go first', async () => {
    const archives = Array.from({ length: 10 }, (_, at) => addScans(queues, `archive-${at}`, 'backfill', 2));
    await Promise.all(archives);
    await takeAll(3);
    const [live] = await addScans(queues, 'upload', 'live', 1);
    expect((await taker.take())?.scan).toBe(live?.id);
  });

  it('of one lane are served alike, whoever came first', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const owner = new Map<string, string>();
    for (const name of names) {
      for (const { id } of await addScans(queues, name, 'backfill', 20)) owner.set(id, name);
    }
    const taken = await takeAll(40);
    for (const name of names) expect(taken.filter(({ scan }) => owner.get(scan) === name)).toHaveLength(10);
  });

  it('that ask for little come next, in front of what one has stored up', async () => {
    await addScans(queues, 'archive', 'backfill', 50);
    await takeAll(10);
    const [upload] = await addScans(queues, 'other', 'standard', 1);
    expect((await takeAll(2)).map(({ scan }) => scan)).toContain(upload?.id);
    const [live] = await addScans(queues, 'third', 'live', 1);
    expect((await takeAll(2)).map(({ scan }) => scan)).toContain(live?.id);
  });

  it('save up nothing by being idle', async () => {
    await addScans(queues, 'busy', 'standard', 60);
    await takeAll(40);
    const late = new Set((await addScans(queues, 'late', 'standard', 20)).map(({ id }) => id));
    const next = await takeAll(20);
    expect(next.filter(({ scan }) => late.has(scan))).toHaveLength(10);
  });
});

describe('turns', () => {
  it('that were taken by a process that died before it added its jobs lose nothing', async () => {
    await queues.turns.take('plan', { tenant: 'died', lane: 'live' }, 200);
    const scans = [...(await addScans(queues, 'died', 'live', 3)), ...(await addScans(queues, 'other', 'standard', 3))];
    const taken = await takeAll();
    expect(taken.map(({ scan }) => scan).sort()).toEqual(scans.map(({ id }) => id).sort());
    // Behind by what was taken, and level again once those have passed.
    const later = [...(await addScans(queues, 'other', 'live', 2)), ...(await addScans(queues, 'died', 'live', 2))];
    expect((await takeAll()).length).toBe(later.length);
  });

  it('that are lost lose no job and double none', async () => {
    const before = await addScans(queues, 'a', 'backfill', 10);
    await takeAll(3);
    await client.del('{assay}:turns:plan', '{assay}:pace:plan');
    const after = await addScans(queues, 'b', 'live', 3);
    const taken = (await takeAll()).map(({ scan }) => scan);
    expect(taken.sort()).toEqual([...before.slice(3), ...after].map(({ id }) => id).sort());
  });

  it('are had by old jobs as well: one without comes first', async () => {
    const [live] = await addScans(queues, 'a', 'live', 1);
    const old = laneScan('a', 'standard');
    await queues.plan.add('plan', { v: 1, scan: old.id, tenant: old.tenant }, { jobId: jobOf(old) });
    expect((await takeAll()).map(({ scan }) => scan)).toEqual([old.id, live?.id]);
  });

  it('are not used up by asking twice', async () => {
    const scan = laneScan('a', 'backfill');
    for (let times = 0; times < 5; times += 1) await addPlanJob(queues, scan);
    expect((await queues.turns.read('plan'))['backfill:a']).toBe(16);
    expect(await takeAll()).toHaveLength(1);
  });
});

describe('places', () => {
  /** As after a million of jobs that never left the queue empty. */
  const far = Math.floor(ticksWithPlaces / 2) + 5_000;

  async function fillFar(): Promise<string[]> {
    await queues.turns.started('plan', { lane: 'live', at: far });
    const scans = [
      ...(await addScans(queues, 'a', 'backfill', 6)),
      ...(await addScans(queues, 'b', 'standard', 6)),
      ...(await addScans(queues, 'c', 'live', 6)),
    ];
    const places = await queues.turns.placesOf('plan', scans.map(jobOf));
    return scans
      .map(({ id }, at) => ({ id, rank: places[at]?.rank ?? NaN }))
      .sort((one, other) => one.rank - other.rank)
      .map(({ id }) => id);
  }
  const priorities = async () => (await queues.plan.getPrioritized(0, -1)).map(({ priority }) => priority);

  it('are counted anew before they end, in the same order', async () => {
    const order = await fillFar();
    expect(Math.min(...(await priorities()))).toBeGreaterThan(far);
    await renumberJobs(queues, noAbort);
    expect(Math.max(...(await priorities()))).toBeLessThan(600);
    // New ones are counted from the same place.
    const [next] = await addScans(queues, 'd', 'live', 1);
    const taken = (await takeAll()).map(({ scan }) => scan);
    expect(taken.filter((id) => id !== next?.id)).toEqual(order);
    expect(taken.indexOf(next?.id ?? '')).toBeLessThan(4);
  });

  it('are counted to the end by the next sweep when a count was cut off', async () => {
    const order = await fillFar();
    const { base } = await queues.turns.tidy('plan');
    // One job renumbered, then the process is gone.
    const first = await queues.plan.getJob(jobIdFor('plan', order[0] ?? '', 'b'.repeat(64)));
    await first?.changePriority({ priority: placeOf(first.data.turn ?? { lane: 'live', at: 0 }, base) });
    await renumberJobs(queues, noAbort);
    expect(Math.max(...(await priorities()))).toBeLessThan(600);
    expect((await takeAll()).map(({ scan }) => scan)).toEqual(order);
    expect(await queues.turns.tidy('plan')).toEqual({ base, walked: base });
  });

  it('are right for a job that comes back from a pause after the count', async () => {
    const [scan] = await addScans(queues, 'a', 'standard', 1);
    await queues.turns.started('plan', { lane: 'live', at: far });
    const paused = laneScan('b', 'standard');
    const [taken] = await queues.turns.take('plan', { tenant: 'b', lane: 'standard' }, 1);
    await queues.plan.add(
      'plan',
      { v: 1, scan: paused.id, tenant: paused.tenant, turn: taken?.turn },
      { jobId: jobOf(paused), priority: taken?.priority, delay: 3_600_000 },
    );
    await renumberJobs(queues, noAbort);
    const job = await queues.plan.getJob(jobOf(paused));
    expect(job?.priority).toBe(2);
    await job?.promote();
    expect((await takeAll()).map(({ scan: id }) => id).sort()).toEqual([scan?.id, paused.id].sort());
  });

  it('behind the last one are places all the same', async () => {
    await queues.turns.take('plan', { tenant: 'a', lane: 'backfill' }, lastPlace / 8);
    const [last] = await addScans(queues, 'a', 'backfill', 1);
    const [other] = await addScans(queues, 'b', 'backfill', 1);
    expect(await priorities()).toEqual([3, lastPlace]);
    expect((await takeAll()).map(({ scan }) => scan)).toEqual([other?.id, last?.id]);
  });
});

it('keeps all of it in one slot of a Redis Cluster, and forgets tenants that nothing waits of', async () => {
  await addScans(queues, 'a', 'live', 2);
  await addScans(queues, 'b', 'backfill', 1);
  await takeAll();
  await queues.turns.finished('plan', 'live', { workMs: 5, videoMs: 0 });
  for (const key of await client.keys('*')) expect(key).toMatch(/^\{assay\}:/);
  await queues.turns.started('plan', { lane: 'live', at: 100 });
  await renumberJobs(queues, noAbort);
  expect(Object.keys(await queues.turns.read('plan')).filter((field) => field.includes(':'))).toEqual([]);
});
