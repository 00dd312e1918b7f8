import { openQueues, type ScanQueues } from '@assay/pipeline';
import { Registry } from 'prom-client';
import { startRedis, type TestRedis } from '../support/redis';
import { QueueGauges } from '../../apps/api/src/metrics/queue-gauges';

const modelSet = 'a'.repeat(64);
let redis: TestRedis;
let queues: ScanQueues;
beforeAll(async () => {
  redis = await startRedis();
  queues = await openQueues({ redisUrl: redis.url });
});
afterAll(async () => {
  await queues.close();
  await redis.close();
});

/** As a scraper reads them. */
async function scrape(nowMs: number): Promise<string[]> {
  const registry = new Registry();
  await new QueueGauges(queues, registry).refresh(nowMs);
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith('assay_'));
}

test('the age is that of the oldest job that waits for a worker; a retry that pauses does not count', async () => {
  const now = Date.now();
  expect(await scrape(now)).toContain('assay_queue_oldest_waiting_seconds{queue="plan"} 0');
  const scan = 'scan';
  const add = (ageSeconds: number, options = {}) =>
    queues.plan.add('plan', { v: 1, scan, modelSet } as never, { timestamp: now - 1000 * ageSeconds, ...options });
  await add(900, { delay: 3_600_000 });
  await add(40);
  await add(7);
  const lines = await scrape(now);
  expect(lines).toContain('assay_queue_oldest_waiting_seconds{queue="plan"} 40');
  expect(lines).toContain('assay_queue_jobs{queue="plan",state="waiting"} 2');
  expect(lines).toContain('assay_queue_jobs{queue="plan",state="delayed"} 1');
  await add(90, { priority: 5 });
  expect(await scrape(now)).toContain('assay_queue_oldest_waiting_seconds{queue="plan"} 90');
});

test('what was put aside for its tenant waits for a worker from the end of that pause', async () => {
  await queues.plan.obliterate({ force: true });
  const now = Date.now();
  const job = await queues.plan.add('plan', { v: 1, scan: 'scan', modelSet } as never, { timestamp: now - 9_000_000 });
  await job.updateProgress({ pauses: 0, dueAt: now - 3_000 });
  expect(await scrape(now)).toContain('assay_queue_oldest_waiting_seconds{queue="plan"} 3');
});

test('each lane has its age: an archive that waits is no upload that waits', async () => {
  await queues.plan.obliterate({ force: true });
  const now = Date.now();
  const add = (lane: 'live' | 'backfill', ageSeconds: number) => {
    const data = { v: 1, scan: 'scan', turn: { lane, at: 3 } } as never;
    return queues.plan.add('plan', data, { timestamp: now - 1000 * ageSeconds, priority: 3 });
  };
  await add('backfill', 5_000);
  await add('live', 2);
  const lines = await scrape(now);
  expect(lines).toContain('assay_lane_oldest_waiting_seconds{queue="plan",lane="backfill"} 5000');
  expect(lines).toContain('assay_lane_oldest_waiting_seconds{queue="plan",lane="live"} 2');
  expect(lines).toContain('assay_lane_oldest_waiting_seconds{queue="plan",lane="standard"} 0');
});
