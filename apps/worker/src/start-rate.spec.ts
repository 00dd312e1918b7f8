/**
 * Invariants, with a real Redis and workers: of a tenant no more scans are begun than its rate allows, and those beyond it hold up
 * nobody else; a stop in the middle loses none and counts none twice; a rate that is raised is felt at once.
 */
import type { ScanRate } from '@assay/contracts';
import { createLog, type JobPayloads, loadConfig, openQueues, type ScanQueues } from '@assay/pipeline';
import { addScans } from '../../../libs/pipeline/src/testing/lane-jobs';
import { startRedis, type TestRedis } from '../../../test/support/redis';
import { WorkerMetrics } from './metrics';
import { StageWorker } from './stage-worker';
import { until } from './testing/until';

const anyNumber: ScanRate = { live: null, standard: null, backfill: null };
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
  await queues.plan.obliterate({ force: true });
});
afterAll(async () => {
  await queues.close();
  await redis.close();
});

type Work = (job: JobPayloads['plan'], context: { signal: AbortSignal }) => Promise<void>;

function openPlans(run: Work, rateOf: (tenant: string) => ScanRate): void {
  worker = new StageWorker({
    name: 'plan',
    processor: { run } as never,
    config: loadConfig({ REDIS_URL: redis.url }),
    log: createLog({ level: 'silent', service: 'test' }),
    metrics: new WorkerMetrics(),
    turns: queues.turns,
    gate: queues.starts.gate(async (tenant) => rateOf(tenant)),
  });
  worker.open();
}

it('sets aside what is over a tenant’s rate, lets others by, loses nothing at a restart, and goes on when the rate is raised', async () => {
  await addScans(queues, 'a', 'backfill', 6);
  await addScans(queues, 'b', 'backfill', 3);
  let rate: ScanRate = { ...anyNumber, backfill: 2 };
  const begun: string[] = [];
  const rateOf = (tenant: string): ScanRate => (tenant === 'a' ? rate : anyNumber);
  const run: Work = async ({ scan, tenant }) => void begun.push(`${tenant} ${scan}`);
  const beginsOf = (tenant: string) => begun.filter((name) => name.startsWith(`${tenant} `)).length;
  openPlans(run, rateOf);
  await until(async () => beginsOf('b') === 3 && (await queues.plan.getDelayedCount()) === 4);
  expect(beginsOf('a')).toBe(2);

  await worker?.close(0);
  openPlans(run, rateOf);
  // An upload of the same tenant, in another lane.
  await addScans(queues, 'a', 'live', 1);
  await until(async () => beginsOf('a') === 3);
  expect(await queues.plan.getDelayedCount()).toBe(4);

  rate = { ...anyNumber, backfill: 100 };
  await queues.starts.call({ tenant: 'a', lane: 'backfill' });
  // Nothing here waits for the minute to end.
  await until(async () => beginsOf('a') === 7);
  expect(new Set(begun).size).toBe(10);
});

it('does not count a scan twice that was handed back by a worker that stopped', async () => {
  await addScans(queues, 'c', 'standard', 1);
  const rate: ScanRate = { ...anyNumber, standard: 1 };
  let going = false;
  openPlans(
    (_job, { signal }) =>
      new Promise((_resolve, reject) => {
        going = true;
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
    () => rate,
  );
  await until(async () => going);
  await worker?.close(0);
  let ended = 0;
  openPlans(
    async () => void (ended += 1),
    () => rate,
  );
  await until(async () => ended === 1);
});
