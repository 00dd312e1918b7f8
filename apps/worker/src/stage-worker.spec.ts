/**
 * Invariants, with a real Redis: a look that fails for good does not fail its scan; poison goes to the dead letters at
 * once and is told to the processor; what this worker cannot do, of a newer version or for models that it has not, is handed on; an outage of store or Redis uses up no attempt; a stop hands jobs back without using up an attempt; deleted media ends quietly.
 */
import { PlanJob, type ScanRecord } from '@assay/contracts';
import {
  addScanFlow,
  createLog,
  type JobPayloads,
  jobIdFor,
  jobSchemas,
  loadConfig,
  maxHandOns,
  ModelSetMissingError,
  openQueues,
  PermanentError,
  type QueueName,
  queueSettings,
  ScanGoneError,
  type ScanQueues,
} from '@assay/pipeline';
import { StoreUnavailableError } from '@assay/storage';
import { z } from 'zod';
import { testPlan } from '../../../libs/pipeline/src/testing/test-plan';
import { startRedis, type TestRedis } from '../../../test/support/redis';
import { EngineDiedError } from './engine/engine-died-error';
import { WorkerMetrics } from './metrics';
import type { StageContext, StageProcessor } from './stage';
import { StageWorker } from './stage-worker';
import { until } from './testing/until';

const scan: ScanRecord = {
  schema: 'assay.scan/1',
  id: `sc_${'1'.repeat(32)}`,
  tenant: 'default',
  media: 'a'.repeat(64),
  name: null,
  policy: 'default',
  modelSet: 'b'.repeat(64),
  state: 'running',
  stage: 'plan',
  percent: 0,
  segments: 2,
  segmentsDone: 0,
  verdict: null,
  probability: null,
  rejection: null,
  failure: null,
  createdAt: '2030-01-01T00:00:00Z',
  updatedAt: '2030-01-01T00:00:00Z',
};
const plan = testPlan();

let redis: TestRedis;
let queues: ScanQueues;
let workers: StageWorker[] = [];

beforeAll(async () => {
  redis = await startRedis();
  queues = await openQueues({ redisUrl: redis.url });
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close(0)));
  workers = [];
  for (const name of ['plan', 'look', 'judge', 'sweep'] as const) await queues[name].obliterate({ force: true });
});
afterAll(async () => {
  await queues.close();
  await redis.close();
});

/** The stages themselves are not what is under test here: each test says what its stage does. */
function open<Name extends QueueName>(name: Name, processor: StageProcessor<Name>): StageWorker {
  const worker = new StageWorker({
    name,
    processor: processor as StageProcessor,
    config: loadConfig({ REDIS_URL: redis.url }),
    log: createLog({ level: 'silent', service: 'test' }),
    metrics: new WorkerMetrics(),
    turns: queues.turns,
    tracing: null,
  });
  workers.push(worker);
  worker.open();
  return worker;
}

const lookId = (part: number) => jobIdFor('look', scan.id, scan.modelSet, part);

describe('StageWorker', () => {
  it('runs the judge when one look has failed for good', async () => {
    const looked: number[] = [];
    const judged: string[] = [];
    await addScanFlow(queues, scan, plan);
    open('judge', { run: async (payload) => void judged.push(payload.scan) });
    open('look', {
      async run({ segment }: JobPayloads['look']) {
        looked.push(segment);
        if (segment === 1) throw new PermanentError('This part cannot be looked at.');
      },
    });
    await until(async () => judged.length > 0);
    expect(judged).toEqual([scan.id]);
    expect(looked.sort()).toEqual([0, 1]);
    expect(await queues.look.getJobState(lookId(1))).toBe('failed');
    await until(async () => (await queues.judge.getJobState(jobIdFor('judge', scan.id, scan.modelSet))) === 'unknown');
  });

  it('tries again what may work next time, and no more often than the catalogue says', async () => {
    let tries = 0;
    const exhausted: unknown[] = [];
    open('plan', {
      run: async () => {
        tries += 1;
        throw new Error('busy');
      },
      exhausted: async (_payload: JobPayloads['plan'], error: unknown) => void exhausted.push(error),
    });
    // A short pause instead of the catalogue's, so that the test need not wait for it.
    await queues.plan.add('plan', { v: 1, scan: scan.id }, { jobId: 'retried', backoff: 1 });
    await until(async () => exhausted.length > 0);
    expect(tries).toBe(queueSettings.plan.attempts);
    expect(exhausted).toEqual([expect.objectContaining({ message: 'busy' })]);
    // What the dead letter keeps is shown to people: a foreign message may hold a path.
    expect((await queues.plan.getJob('retried'))?.failedReason).toMatch(
      /^An internal error \(Error\) stopped the scan/,
    );
  });

  it('waits for a store that does not answer without using up an attempt', async () => {
    let runs = 0;
    let exhausted = false;
    open('plan', {
      run: async () => {
        runs += 1;
        // As the stages would: the store's own error, or one that it caused.
        if (runs === 1) throw new StoreUnavailableError('away');
        if (runs === 2) throw new Error('no pictures', { cause: new StoreUnavailableError('away') });
      },
      exhausted: async () => void (exhausted = true),
    });
    await queues.plan.add('plan', { v: 1, scan: scan.id }, { jobId: 'outage', attempts: 1 });
    await until(async () => (await queues.plan.getJobState('outage')) === 'unknown');
    expect([runs, exhausted]).toEqual([3, false]);
  });

  it('gives a job back whose engine died, a few times, and then fails it where it can be recorded', async () => {
    let runs = 0;
    const exhausted: unknown[] = [];
    open('plan', {
      run: async () => {
        runs += 1;
        throw new EngineDiedError('killed');
      },
      exhausted: async (_payload: JobPayloads['plan'], error: unknown) => void exhausted.push(error),
    });
    await queues.plan.add('plan', { v: 1, scan: scan.id }, { jobId: 'deadly', attempts: 1 });
    // Without the pauses between.
    while (exhausted.length === 0) {
      const job = await queues.plan.getJob('deadly');
      if (job && (await job.isDelayed())) await job.promote().catch(() => undefined);
    }
    expect(runs).toBe(queueSettings.plan.maxStalls + 1);
    // Not of an engine that is dead by then.
    expect(exhausted).toEqual([expect.any(PermanentError)]);
    const failed = await queues.plan.getJob('deadly');
    expect(failed).toMatchObject({ attemptsMade: 1, failedReason: expect.stringContaining('ended 4 times') });
    // A person who tries it again means it.
    await failed?.retry();
    await until(async () => runs === queueSettings.plan.maxStalls + 2);
  });

  it('leaves a sweep that meets an outage to the next one', async () => {
    open('sweep', {
      run: async () => {
        throw new StoreUnavailableError('away');
      },
    });
    await queues.sweep.add('sweep', { v: 1 }, { jobId: 'swept' });
    await until(async () => (await queues.sweep.getJobState('swept')) === 'failed');
  });

  it('sends a permanent error to the dead letters at once', async () => {
    let runs = 0;
    open('plan', {
      run: async () => {
        runs += 1;
        throw new PermanentError('Never.');
      },
    });
    await queues.plan.add('plan', { v: 1, scan: scan.id }, { jobId: 'poison' });
    await until(async () => (await queues.plan.getJobState('poison')) === 'failed');
    expect(runs).toBe(1);
  });

  /** As the queue would bring it back, without the pauses between. */
  async function promoteUntil(id: string, state: 'failed' | 'unknown'): Promise<void> {
    while ((await queues.plan.getJobState(id)) !== state) {
      const job = await queues.plan.getJob(id);
      if (job && (await job.isDelayed())) await job.promote().catch(() => undefined);
    }
  }
  const ofNewerVersion = { v: 1, scan: scan.id, tenant: 'default', wanted: 'something new' } as JobPayloads['plan'];

  it('hands a job of a newer version on to a worker that knows it', async () => {
    const exhausted = jest.fn();
    const old = open('plan', { run: async () => undefined, exhausted });
    await queues.plan.add('plan', ofNewerVersion, { jobId: 'newer', attempts: 1 });
    await until(async () => (await queues.plan.getJobState('newer')) === 'delayed');
    await old.close(0);
    const run = jest.fn(async () => undefined);
    const newer = jest.replaceProperty(jobSchemas, 'plan', PlanJob.extend({ wanted: z.string() }));
    open('plan', { run });
    await promoteUntil('newer', 'unknown');
    newer.restore();
    expect(run).toHaveBeenCalledTimes(1);
    expect(exhausted).not.toHaveBeenCalled();
  });

  it('gives a job up that no worker knows, as a dead letter that says so', async () => {
    const run = jest.fn(async () => undefined);
    open('plan', { run });
    await queues.plan.add('plan', ofNewerVersion, { jobId: 'unknown' });
    await promoteUntil('unknown', 'failed');
    const letter = await queues.plan.getJob('unknown');
    expect(letter).toMatchObject({
      attemptsMade: 1,
      progress: { handOns: maxHandOns },
      failedReason: expect.stringMatching(/^No worker knows the payload of this plan job/),
    });
    expect(run).not.toHaveBeenCalled();
  });

  it('hands a job on however many outages it has sat out, and counts neither for the other', async () => {
    let runs = 0;
    const exhausted = jest.fn();
    const job = await queues.plan.add('plan', { v: 1, scan: scan.id }, { jobId: 'patient', attempts: 1 });
    await job.updateProgress({ pauses: maxHandOns });
    open('plan', {
      run: async () => {
        runs += 1;
        if (runs <= maxHandOns) throw new ModelSetMissingError(scan.modelSet);
        if (runs === maxHandOns + 1) throw new StoreUnavailableError('away');
        expect((await queues.plan.getJob('patient'))?.progress).toMatchObject({
          handOns: maxHandOns,
          pauses: maxHandOns + 1,
        });
      },
      exhausted,
    });
    await promoteUntil('patient', 'unknown');
    expect(runs).toBe(maxHandOns + 2);
    expect(exhausted).not.toHaveBeenCalled();
  });

  it('hands a job back at a stop without using up an attempt, and another worker finishes it', async () => {
    // Many times: the stop meets the queue in the middle of fetching, each time somewhere else.
    for (let round = 0; round < 25; round += 1) {
      let started = false;
      const first = open('plan', {
        run: (_payload: JobPayloads['plan'], { signal }: StageContext) =>
          new Promise<void>((_resolve, reject) => {
            started = true;
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
      });
      await queues.plan.add('plan', { v: 1, scan: scan.id }, { jobId: 'interrupted' });
      await until(async () => started);
      await first.close(0);
      const job = await queues.plan.getJob('interrupted');
      expect(await job?.getState()).toBe('waiting');
      expect(job?.attemptsMade).toBe(0);
      let finished = false;
      const second = open('plan', { run: async () => void (finished = true) });
      await until(async () => finished);
      await second.close(60_000);
    }
  });

  it('lets a running job finish within the drain', async () => {
    let finish: () => void = () => undefined;
    let finished = false;
    const worker = open('plan', {
      run: async () => {
        await new Promise<void>((resolve) => (finish = resolve));
        finished = true;
      },
    });
    await queues.plan.add('plan', { v: 1, scan: scan.id }, { jobId: 'drained' });
    await until(async () => worker.jobs.size > 0);
    const closed = worker.close(60_000);
    setImmediate(() => finish());
    await closed;
    expect(finished).toBe(true);
    expect(await queues.plan.getJobState('drained')).toBe('unknown');
  });

  it('ends quietly when the media was deleted meanwhile', async () => {
    let runs = 0;
    open('plan', {
      run: async () => {
        runs += 1;
        throw new ScanGoneError(scan.id);
      },
    });
    await queues.plan.add('plan', { v: 1, scan: scan.id }, { jobId: 'gone' });
    await until(async () => runs > 0 && (await queues.plan.getJobState('gone')) === 'unknown');
    expect(runs).toBe(1);
  });
});
