/**
 * Invariants, with a real Redis: a dead letter says which job of which scan was given up, and why; put back, it has all
 * of its attempts and its scan is open again; dropped, its scan is left failed, with the reason; a scan that has its
 * verdict keeps it, and its shadow can be tried again; a dead letter never keeps a later run of its scan from ending.
 */
import { defaultTenant, type ScanRecord, Verdict } from '@assay/contracts';
import { UnrecoverableError, Worker } from 'bullmq';
import type { TestRedis } from '../../../test/support/redis';
import { dropDeadLetter, getDeadLetter, listDeadLetters, retryDeadLetter } from './dead-letters';
import { PermanentError } from './errors';
import { failScan } from './fail-scan';
import { addScanFlow } from './flows';
import { keys } from './keys';
import type { OpenPorts } from './open-ports';
import type { ScanQueues } from './open-queues';
import { jobIdFor, queuePrefix, queueSettings } from './queues';
import { reject } from './stages/judge';
import { publish } from './stages/publish';
import { submitScan } from './submit';
import { sweepOpenScans } from './sweep-open-scans';
import { testPlan } from './testing/test-plan';
import { newMedia, noAbort, testPorts } from './testing/test-ports';
import { withQueues } from './testing/with-queues';

let redis: TestRedis;
let queues: ScanQueues;
let ports: OpenPorts;
let scan: ScanRecord;

withQueues((opened) => ({ queues, redis } = opened));
beforeEach(async () => {
  ports = await testPorts();
  scan = (await submitScan(ports, queues, { tenant: defaultTenant, media: await newMedia(ports) }, noAbort)).scan;
});
afterEach(async () => {
  for (const name of ['plan', 'look', 'judge', 'shadow'] as const) await queues[name].obliterate({ force: true });
  await ports.close();
});

type Name = 'plan' | 'look' | 'judge' | 'shadow';

/** Takes the jobs of a queue until as many as said were given up. */
async function failJobs(name: Name, count = 1): Promise<void> {
  const refuse = async (): Promise<void> => {
    throw new UnrecoverableError('It broke.');
  };
  const worker = new Worker(name, refuse, { connection: { path: redis.path }, prefix: queuePrefix });
  while ((await queues[name].getFailedCount()) < count) await new Promise((resolve) => setTimeout(resolve, 10));
  await worker.close();
}

const letterId = (name: Name, part?: number): string => `${name}.${jobIdFor(name, scan.id, scan.modelSet, part)}`;
const stateOf = (name: Name, part?: number) => queues[name].getJobState(jobIdFor(name, scan.id, scan.modelSet, part));
const fail = () => failScan(scan.id, new PermanentError('It broke.'), ports, noAbort);

const plan = testPlan();

describe('dead letters', () => {
  it('say which job of which scan, how often it was tried, and why it was given up', async () => {
    await failJobs('plan');
    const expected = {
      id: letterId('plan'),
      queue: 'plan',
      scan: scan.id,
      segment: null,
      attempts: 1,
      maxAttempts: queueSettings.plan.attempts,
      reason: 'It broke.',
    };
    const { deadLetters, total } = await listDeadLetters(queues, { limit: 10 });
    expect({ deadLetters, total }).toMatchObject({ deadLetters: [expected], total: 1 });
    expect(await getDeadLetter(queues, letterId('plan'))).toEqual(deadLetters[0]);
    expect(await listDeadLetters(queues, { queue: 'judge', limit: 10 })).toEqual({ deadLetters: [], total: 0 });
  });

  /** Found by reading: a judge that was given up while its verdict was published left the scan running for ever. */
  it('of a scan that has its verdict do not keep it from being published', async () => {
    await failJobs('plan');
    await ports.store.put(keys.verdict(scan.id), '{}', {}, noAbort);
    expect(await sweepOpenScans(ports, queues, noAbort)).toEqual({ redriven: 1, failed: 0 });
    expect(['waiting', 'prioritized']).toContain(await stateOf('plan'));
  });

  it('are listed newest first over all queues, counted beyond the limit', async () => {
    await failJobs('plan');
    await addScanFlow(queues, scan, plan);
    await failJobs('look', 2);
    const { deadLetters, total } = await listDeadLetters(queues, { limit: 2 });
    expect(deadLetters.map(({ queue }) => queue)).toEqual(['look', 'look']);
    expect(deadLetters.map(({ segment: part }) => part).sort()).toEqual([0, 1]);
    expect(total).toBe(3);
  });

  it('show a payload that follows no schema', async () => {
    await queues.plan.obliterate({ force: true });
    await queues.plan.add('plan', { scan: '../x' } as never, { jobId: 'poison' });
    await failJobs('plan');
    expect(await getDeadLetter(queues, 'plan.poison')).toMatchObject({ scan: null, segment: null });
  });

  it('put back: fresh attempts, and the scan is open again', async () => {
    await failJobs('plan');
    await fail();
    await retryDeadLetter(ports, queues, letterId('plan'), noAbort);
    expect(await ports.index.get(scan.id)).toMatchObject({ state: 'queued', failure: null });
    expect(await ports.store.stat(keys.openScan(scan.id), noAbort)).not.toBeNull();
    const [job] = await queues.plan.getPrioritized();
    expect(job).toMatchObject({ attemptsMade: 0, opts: { attempts: queueSettings.plan.attempts } });
  });

  it('put back a look under a scan that still runs', async () => {
    await queues.plan.obliterate({ force: true });
    await ports.index.update(scan.id, { state: 'running', segments: 2 });
    await addScanFlow(queues, scan, plan);
    await failJobs('look', 2);
    await retryDeadLetter(ports, queues, letterId('look', 1), noAbort);
    expect(await stateOf('look', 0)).toBe('failed');
    expect(await stateOf('look', 1)).toBe('prioritized');
    expect((await queues.look.getPrioritized())[0]?.attemptsMade).toBe(0);
    expect(await ports.index.get(scan.id)).toMatchObject({ state: 'running' });
  });

  it('put back the judge of a scan in which nothing was seen: its looks come again as well', async () => {
    await queues.plan.obliterate({ force: true });
    await ports.index.update(scan.id, { state: 'running', segments: 2 });
    await addScanFlow(queues, scan, plan);
    await failJobs('look', 2);
    await failJobs('judge');
    await fail();
    await retryDeadLetter(ports, queues, letterId('judge'), noAbort);
    expect((await listDeadLetters(queues, { limit: 10 })).total).toBe(0);
    expect(await stateOf('plan')).toBe('prioritized');
    await addScanFlow(queues, scan, plan);
    expect([await stateOf('look', 0), await stateOf('look', 1)]).toEqual(['prioritized', 'prioritized']);
    expect(await stateOf('judge')).toBe('waiting-children');
  });

  it('leave a verdict as it is', async () => {
    await addScanFlow(queues, scan, plan);
    await failJobs('look', 2);
    const outcome = await reject(scan.id, { code: 'not_media', message: 'This is no media.' }, ports, noAbort);
    if (!outcome.ok) throw new Error('not judged');
    const done = await publish(Verdict.parse(outcome.value), ports, noAbort);
    const retried = retryDeadLetter(ports, queues, letterId('look', 0), noAbort);
    await expect(retried).rejects.toMatchObject({ code: 'scan_has_verdict' });
    await dropDeadLetter(ports, queues, letterId('look', 0), noAbort);
    expect(await stateOf('look', 0)).toBe('unknown');
    expect(await ports.index.get(scan.id)).toEqual(done);
  });

  /** Found by reading: a shadow is of a scan that has its verdict, so none could ever be put back. */
  it.each(['done', 'failed'] as const)('put back a shadow, and leave its scan alone: %s', async (state) => {
    const record = { ...scan, state };
    await ports.index.update(scan.id, { state });
    await ports.store.put(keys.record(scan.id), JSON.stringify(record), {}, noAbort);
    const jobId = jobIdFor('shadow', scan.id, scan.modelSet);
    await queues.shadow.add('shadow', { v: 1, scan: scan.id, tenant: scan.tenant }, { jobId });
    await failJobs('shadow');
    await retryDeadLetter(ports, queues, letterId('shadow'), noAbort);
    expect(await stateOf('shadow')).toBe('waiting');
    expect(await ports.index.get(scan.id)).toMatchObject({ state });
  });

  it('dropped: the scan is left failed, with the reason', async () => {
    await failJobs('plan');
    await dropDeadLetter(ports, queues, letterId('plan'), noAbort);
    expect(await ports.index.get(scan.id)).toMatchObject({ state: 'failed', failure: 'It broke.' });
    expect(await stateOf('plan')).toBe('unknown');
    expect(await ports.store.stat(keys.openScan(scan.id), noAbort)).toBeNull();
  });

  it.each(['plan.nothing', 'none.at-all'])('that are not there are a typed error: %s', async (id) => {
    const unknown = { code: 'unknown_dead_letter' };
    await expect(getDeadLetter(queues, id)).rejects.toMatchObject(unknown);
    await expect(retryDeadLetter(ports, queues, id, noAbort)).rejects.toMatchObject(unknown);
    await expect(dropDeadLetter(ports, queues, id, noAbort)).rejects.toMatchObject(unknown);
  });

  it('of a job that waits there is none', async () => {
    await expect(getDeadLetter(queues, letterId('plan'))).rejects.toMatchObject({ code: 'unknown_dead_letter' });
  });

  it('do not stand in for the looks of a later run', async () => {
    await addScanFlow(queues, scan, plan);
    await failJobs('look', 2);
    // As when the judge's data was lost: only the dead letters of the looks are left.
    await queues.judge.obliterate({ force: true });
    await addScanFlow(queues, scan, plan);
    expect([await stateOf('look', 0), await stateOf('look', 1)]).toEqual(['prioritized', 'prioritized']);
  });
});
