/**
 * Invariants, with a real Redis and workers: a tenant has at most so many looks of a lane going, and those over it hold up
 * nobody else; each goes on when one has ended, at once; a place of a worker that died goes to the same job, or is free in the end.
 */
import { randomUUID } from 'node:crypto';
import type { ScanRecord } from '@assay/contracts';
import {
  addScanFlow,
  createLog,
  type JobPayloads,
  jobIdFor,
  LaterError,
  loadConfig,
  openQueues,
  queuePrefix,
  type ScanQueues,
} from '@assay/pipeline';
import { Worker } from 'bullmq';
import { laneScan } from '../../../libs/pipeline/src/testing/lane-jobs';
import { testPlan } from '../../../libs/pipeline/src/testing/test-plan';
import { startRedis, type TestRedis } from '../../../test/support/redis';
import { WorkerMetrics } from './metrics';
import { StageWorker } from './stage-worker';
import { until } from './testing/until';

let redis: TestRedis;
let queues: ScanQueues;
let worker: StageWorker | null = null;

beforeAll(async () => {
  redis = await startRedis();
  queues = await openQueues({ redisUrl: redis.url });
});
afterEach(async () => {
  await worker?.close(0);
  worker = null;
  for (const name of ['look', 'judge'] as const) await queues[name].obliterate({ force: true });
});
afterAll(async () => {
  await queues.close();
  await redis.close();
});

/** Looks that last until they are let go, four at a time. */
function openLooks(most: number) {
  const going = new Map<string, () => void>();
  const done: string[] = [];
  let together = 0;
  worker = new StageWorker({
    name: 'look',
    processor: {
      async run({ scan, tenant, segment }: JobPayloads['look']) {
        const name = `${tenant} ${scan} ${segment}`;
        await new Promise<void>((letGo) => {
          going.set(name, letGo);
          together = Math.max(together, [...going.keys()].filter((other) => other.startsWith('a ')).length);
        });
        going.delete(name);
        done.push(name);
      },
    } as never,
    config: loadConfig({ REDIS_URL: redis.url, ASSAY_LOOK_CONCURRENCY: '4' }),
    log: createLog({ level: 'silent', service: 'test' }),
    metrics: new WorkerMetrics(),
    turns: queues.turns,
    gate: queues.gate(most),
  });
  worker.open();
  return { going, done, mostOfA: () => together };
}

async function addLooks(tenant: string, looks: number): Promise<ScanRecord> {
  const scan = laneScan(tenant, 'backfill');
  await addScanFlow(queues, scan, testPlan(looks));
  return scan;
}

it('holds what is over a tenant’s number, lets others by, and calls the next when one has ended', async () => {
  await addLooks('a', 5);
  await addLooks('b', 1);
  const { going, done, mostOfA } = openLooks(2);
  // Four hands: two for the first tenant, and though its other looks come first, one for the second.
  await until(async () => [...going.keys()].some((name) => name.startsWith('b ')) && going.size === 3);
  await until(async () => (await queues.look.getDelayedCount()) === 3);
  // Nothing here waits for the time after which a held job comes back by itself.
  while (done.length < 6) {
    await until(async () => going.size > 0);
    [...going.values()][0]?.();
    await until(async () => done.length === 6 || going.size > 0);
  }
  expect(mostOfA()).toBe(2);
  expect(new Set(done).size).toBe(6);
});

it('counts a place once for a job that lost its worker, and no longer than its lease', async () => {
  const gate = queues.gate(1);
  const flow = { tenant: 'dead', lane: 'live' as const };
  const [mine, other] = [0, 1].map((part) => jobIdFor('look', `sc_${'9'.repeat(32)}`, 'f'.repeat(64), part));
  const now = Date.now();
  await gate.enter(mine ?? '', flow, 1, now);
  await expect(gate.enter(other ?? '', flow, 2, now)).rejects.toThrow(LaterError);
  // Its worker was killed: the job comes again, elsewhere, and has its place.
  await gate.enter(mine ?? '', flow, 1, now + 20_000);
  await expect(gate.enter(other ?? '', flow, 2, now + 20_000)).rejects.toThrow(LaterError);
  await gate.enter(other ?? '', flow, 2, now + 3_600_000);
});

it('calls one that its worker is only just putting aside, though nobody else leaves', async () => {
  const scan = await addLooks('e', 2);
  const [first, second] = [0, 1].map((part) => jobIdFor('look', scan.id, scan.modelSet, part));
  const gate = queues.gate(1);
  const flow = { tenant: 'e', lane: 'backfill' as const };
  await gate.enter(first!, flow, 1);
  await expect(gate.enter(second!, flow, 2)).rejects.toThrow(LaterError);
  // It waits in the queue yet, as one that a worker holds: not in the state in which it can be called.
  const leaving = gate.leave(first!, flow);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const token = randomUUID();
  const hands = new Worker('look', null, { connection: { path: redis.path }, prefix: queuePrefix });
  for (let job = await hands.getNextJob(token); job; job = await hands.getNextJob(token)) {
    if (job.id === second) await job.moveToDelayed(Date.now() + 300_000, token);
  }
  await leaving;
  expect(await queues.look.getJobState(second!)).not.toBe('delayed');
  await hands.close();
});

it('does not call a job that was cancelled, but the one after it', async () => {
  const scan = await addLooks('c', 3);
  const look = (part: number) => jobIdFor('look', scan.id, scan.modelSet, part);
  const { going, done } = openLooks(1);
  await until(async () => going.size === 1 && (await queues.look.getDelayedCount()) === 2);
  await queues.look.remove(look(1));
  [...going.values()][0]?.();
  await until(async () => done.length === 1 && going.size === 1);
  expect([...going.keys()]).toEqual([`c ${scan.id} 2`]);
  [...going.values()][0]?.();
  await until(async () => done.length === 2);
});
