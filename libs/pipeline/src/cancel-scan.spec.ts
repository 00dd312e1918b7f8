/**
 * Invariants, with a real Redis: a cancelled scan has no job, no marker and no verdict, whatever comes late; cancelling
 * twice is fine, and a scan that has ended stays as it is; where a verdict and a cancellation meet, one of them holds in
 * index and store alike; a cancellation that was cut off is made good; asked for again, the scan starts anew, also by who asks
 * before its end is written everywhere.
 */
import { defaultTenant, type ScanEvent, ScanRecord, Verdict } from '@assay/contracts';
import { createRedisIndex, type ScanIndex } from '@assay/storage';
import { Worker } from 'bullmq';
import { startRedis, type TestRedis } from '../../../test/support/redis';
import { cancelScan, finishCancel } from './cancel-scan';
import { PermanentError, ScanCancelledError } from './errors';
import { failScan } from './fail-scan';
import { addScanFlow, hasJobs } from './flows';
import { keys } from './keys';
import type { OpenPorts } from './open-ports';
import { openQueues, type ScanQueues } from './open-queues';
import { jobIdFor, queuePrefix } from './queues';
import { planScan } from './run-stages';
import { reject } from './stages/judge';
import { publish } from './stages/publish';
import { readStored } from './stored';
import { submitScan } from './submit';
import { sweep } from './sweep';
import { testPlan } from './testing/test-plan';
import { newMedia, noAbort, testPorts } from './testing/test-ports';
import { whileOpen } from './while-open';

let redis: TestRedis;
let queues: ScanQueues;
let index: ScanIndex;
let ports: OpenPorts;
let scan: ScanRecord;

beforeAll(async () => {
  redis = await startRedis();
  queues = await openQueues({ redisUrl: redis.url });
  index = createRedisIndex({ url: redis.url });
});
afterAll(async () => {
  await queues.close();
  await index.close();
  await redis.close();
});
beforeEach(async () => {
  ports = { ...(await testPorts()), index };
  scan = await newScan();
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const name of ['plan', 'look', 'judge'] as const) await queues[name].obliterate({ force: true });
  await ports.close();
});

async function newScan(): Promise<ScanRecord> {
  return submit(await newMedia(ports));
}
const submit = async (media: string) =>
  (await submitScan(ports, queues, { tenant: defaultTenant, media }, noAbort)).scan;
const cancel = () => cancelScan(scan.id, ports, queues, noAbort);
const stored = () => readStored(ports.store, keys.record(scan.id), ScanRecord, noAbort);
const exists = async (key: string) => (await ports.store.stat(key, noAbort)) !== null;

async function judged(): Promise<Verdict> {
  const outcome = await reject(scan.id, { code: 'not_media', message: 'This is no media.' }, ports, noAbort);
  if (!outcome.ok) throw new Error('not judged');
  return outcome.value;
}

type Act = () => Promise<unknown>;

/** Does something once, before a method is called, with this as its first argument where one is given. */
function beforeFirst<T extends object>(target: T, method: keyof T & string, argument: string | null, act: Act): void {
  const original = target[method] as (...args: unknown[]) => unknown;
  let done = false;
  const spied = jest.spyOn(target as Record<string, (...args: unknown[]) => unknown>, method);
  spied.mockImplementation(async (...args) => {
    if (!done && (argument === null || args[0] === argument)) {
      done = true;
      await act();
    }
    return original.apply(target, args);
  });
}

const plan = testPlan();

/** As a plan job leaves it; the record does not say how many segments there are. */
async function planned(): Promise<ScanRecord> {
  await queues.plan.obliterate({ force: true });
  await ports.store.put(keys.plan(scan.id), JSON.stringify(plan), {}, noAbort);
  await addScanFlow(queues, scan, plan);
  return { ...scan, segments: plan.segments.length };
}

describe('cancelScan', () => {
  it('leaves a queued scan cancelled, without job and marker, and tells who listens', async () => {
    const events: ScanEvent[] = [];
    const unsubscribe = await index.subscribe(scan.id, (event) => events.push(event));
    expect(await cancel()).toMatchObject({ id: scan.id, state: 'cancelled' });
    expect(await index.get(scan.id)).toMatchObject({ state: 'cancelled' });
    expect(await stored()).toMatchObject({ state: 'cancelled' });
    expect(await hasJobs(queues, scan)).toBe(false);
    expect(await exists(keys.openScan(scan.id))).toBe(false);
    while (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await unsubscribe();
    expect(events).toMatchObject([{ state: 'cancelled' }]);
  });

  it('takes looks and judge out of the queues', async () => {
    const withLooks = await planned();
    expect(await hasJobs(queues, withLooks)).toBe(true);
    await cancel();
    expect(await hasJobs(queues, withLooks)).toBe(false);
  });

  it('twice is fine, at the same time or one after the other', async () => {
    const both = await Promise.all([cancel(), cancel()]);
    expect([...both, await cancel()].map((record) => record?.state)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  it('knows nothing of a scan that is not there', async () => {
    expect(await cancelScan(`sc_${'0'.repeat(32)}`, ports, queues, noAbort)).toBeNull();
  });

  it('refuses a scan that has its verdict, told or not yet told', async () => {
    const verdict = await judged();
    await expect(cancel()).rejects.toMatchObject({ name: 'ScanEndedError', state: 'done' });
    await publish(verdict, ports, noAbort);
    await expect(cancel()).rejects.toMatchObject({ name: 'ScanEndedError', state: 'done' });
    expect(await index.get(scan.id)).toMatchObject({ state: 'done', verdict: 'rejected' });
  });

  it('refuses a scan that failed', async () => {
    await failScan(scan.id, new PermanentError('It broke.'), ports, noAbort);
    await expect(cancel()).rejects.toMatchObject({ name: 'ScanEndedError', state: 'failed' });
  });
});

describe('what comes late', () => {
  it('stages do not start', async () => {
    await cancel();
    await expect(planScan(scan.id, ports, noAbort)).rejects.toThrow(ScanCancelledError);
    await expect(judged()).rejects.toThrow(ScanCancelledError);
    expect(await exists(keys.verdict(scan.id))).toBe(false);
  });

  it('a verdict is withdrawn', async () => {
    const verdict = Verdict.parse(await judged());
    await ports.store.delete(keys.verdict(scan.id), noAbort);
    await cancel();
    await ports.store.put(keys.verdict(scan.id), JSON.stringify(verdict), {}, noAbort);
    await expect(publish(verdict, ports, noAbort)).rejects.toThrow(ScanCancelledError);
    expect(await exists(keys.verdict(scan.id))).toBe(false);
    expect([(await index.get(scan.id))?.state, (await stored())?.state]).toEqual(['cancelled', 'cancelled']);
  });

  it('a failure changes nothing', async () => {
    await cancel();
    expect(await failScan(scan.id, new PermanentError('It broke.'), ports, noAbort)).toBeNull();
    expect(await stored()).toMatchObject({ state: 'cancelled', failure: null });
  });

  it('work that runs hears of it, also when the event was lost', async () => {
    const waits = (signal: AbortSignal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const running = whileOpen(scan.id, ports, noAbort, waits);
    const heard = expect(running).rejects.toThrow(ScanCancelledError);
    // Not through `cancelScan`, which would publish.
    await index.update(scan.id, { state: 'cancelled' });
    await heard;
  });

  it('of a verdict and a cancellation that meet, one holds everywhere', async () => {
    const ends: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      scan = await newScan();
      const judging = judged().then((verdict) => publish(verdict, ports, noAbort));
      const [verdict, cancellation] = await Promise.allSettled([judging, cancel()]);
      const state = (await index.get(scan.id))?.state;
      expect((await stored())?.state).toBe(state);
      expect(await exists(keys.verdict(scan.id))).toBe(state === 'done');
      expect([verdict.status, cancellation.status]).toEqual(
        state === 'done' ? ['fulfilled', 'rejected'] : ['rejected', 'fulfilled'],
      );
      ends.push(String(state));
    }
    expect(ends).not.toContain('queued');
  });
});

describe('the sweeper', () => {
  it('makes good a cancellation that was cut off after its first step', async () => {
    const withLooks = await planned();
    await index.update(scan.id, { state: 'cancelled' });
    await sweep(ports, queues, noAbort);
    expect(await stored()).toMatchObject({ state: 'cancelled' });
    expect(await hasJobs(queues, withLooks)).toBe(false);
    expect(await exists(keys.openScan(scan.id))).toBe(false);
  });

  it('does not bring a cancelled scan back', async () => {
    await cancel();
    expect(await sweep(ports, queues, noAbort)).toMatchObject({ redriven: 0, failed: 0 });
    expect(await queues.plan.count()).toBe(0);
  });
});

describe('asked for again', () => {
  it('starts anew', async () => {
    await planned();
    await cancel();
    const again = await submitScan(ports, queues, { tenant: defaultTenant, media: scan.media }, noAbort);
    expect(again).toMatchObject({ created: true, scan: { id: scan.id, state: 'queued', segmentsDone: 0 } });
    expect(await stored()).toMatchObject({ state: 'queued' });
    expect(await queues.plan.count()).toBe(1);
    expect(await exists(keys.openScan(scan.id))).toBe(true);
  });

  const ends = { cancelled: cancel, failed: () => failScan(scan.id, new PermanentError('It broke.'), ports, noAbort) };
  /** What an end does behind showing in the index, in this order. */
  const steps = {
    'the store is told': (act: Act) => beforeFirst(ports.store, 'put', keys.record(scan.id), act),
    'people are told': (act: Act) => beforeFirst(index, 'publish', null, act),
    'jobs are removed': (act: Act) => beforeFirst(queues.plan, 'remove', null, act),
    'its marker goes': (act: Act) => beforeFirst(ports.store, 'delete', keys.openScan(scan.id), act),
  };
  const moments = Object.keys(ends).flatMap((end) => Object.keys(steps).map((step) => [end, step] as const)) as [
    keyof typeof ends,
    keyof typeof steps,
  ][];
  const expectToRun = async () => {
    expect(await index.get(scan.id)).toMatchObject({ state: 'queued', restarts: 1 });
    expect(await stored()).toMatchObject({ state: 'queued', restarts: 1 });
    expect(await queues.plan.count()).toBe(1);
    expect(await exists(keys.openScan(scan.id))).toBe(true);
  };

  it('runs, whoever still ends the run before', async () => {
    const before = await cancel();
    await submit(scan.media);
    // As a sweep does that has read the scan before.
    await finishCancel(before!, ports, queues, noAbort);
    await expectToRun();
  });

  it.each(moments.filter(([end, step]) => end === 'cancelled' || step !== 'jobs are removed'))(
    'runs, when it was %s and asked for before %s',
    async (end, step) => {
      steps[step](() => submit(scan.media));
      await ends[end]();
      await expectToRun();
    },
  );

  it.each(moments.filter(([, step]) => step === 'people are told'))(
    'runs, when it is being started anew while the rest of being %s is written',
    async (end, step) => {
      let goOn = (): void => undefined;
      const ended = new Promise<void>((resolve) => (goOn = resolve));
      beforeFirst(index, 'delete', null, () => ended);
      let again: Promise<unknown> = Promise.resolve();
      const begun = new Promise<void>((resolve) => {
        steps[step](async () => {
          again = submit(scan.media);
          // Up to where the index still shows the end.
          beforeFirst(ports.store, 'put', keys.record(scan.id), async () => resolve());
          await begun;
        });
      });
      await ends[end]();
      goOn();
      await again;
      await expectToRun();
    },
  );

  it('waits for a look of the earlier run, so that it does not pass for one of the new run', async () => {
    const withLooks = await planned();
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const connection = { path: redis.path };
    const worker = new Worker('look', () => finished, { connection, prefix: queuePrefix });
    const look = jobIdFor('look', scan.id, scan.modelSet, 0);
    while ((await queues.look.getJobState(look)) !== 'active') await new Promise((resolve) => setTimeout(resolve, 10));
    await cancel();
    expect(await queues.look.getJobState(look)).toBe('active');
    const again = submit(scan.media);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await index.get(scan.id)).toMatchObject({ state: 'cancelled' });
    finish();
    expect(await again).toMatchObject({ state: 'queued' });
    expect(await queues.look.getJobState(look)).toBe('unknown');
    expect(await queues.judge.getJobState(jobIdFor('judge', scan.id, scan.modelSet))).toBe('unknown');
    expect(withLooks.segments).toBe(2);
    await worker.close();
  });
});
