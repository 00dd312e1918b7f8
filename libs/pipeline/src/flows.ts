import { defaultLane, Plan, ScanRecord } from '@assay/contracts';
import type { Flow } from './lanes/turns';
import { jobOptions, type ScanQueues } from './open-queues';
import { jobIdFor, type ScanStage } from './queues';

/** States in which a job will still run, or runs. */
export const liveStates = new Set(['waiting', 'active', 'delayed', 'prioritized', 'waiting-children', 'paused']);

/**
 * Adds `judge` with one `look` child per segment, all or nothing. Adding twice is harmless, as ids are the same.
 *
 * A look whose attempts are used up does not hold or fail its parent: the verdict is made from what was seen and says
 * which part was not.
 */
export async function addScanFlow(queues: ScanQueues, scan: ScanRecord, plan: Plan): Promise<void> {
  // Under a judge that already runs, new children would only make its completion fail ("pending dependencies").
  if (await isLive(queues, 'judge', scan)) return;
  // A dead letter under the id of a new child would be taken for that child, and its parent would wait for ever.
  for (const { index } of plan.segments) {
    const look = jobIdFor('look', scan.id, scan.modelSet, index);
    if ((await queues.look.getJobState(look)) === 'failed') await queues.look.remove(look);
  }
  const taken = await queues.turns.take('look', flowOf(scan), plan.segments.length);
  await queues.flow.add({
    name: 'judge',
    queueName: 'judge',
    data: { v: 1, scan: scan.id, tenant: scan.tenant },
    opts: { ...jobOptions('judge'), jobId: jobIdFor('judge', scan.id, scan.modelSet) },
    children: plan.segments.map(({ index }, at) => ({
      name: 'look',
      queueName: 'look',
      data: { v: 1, scan: scan.id, tenant: scan.tenant, segment: index, turn: taken[at]?.turn },
      opts: {
        ...jobOptions('look'),
        priority: taken[at]?.priority,
        jobId: jobIdFor('look', scan.id, scan.modelSet, index),
        ignoreDependencyOnFailure: true,
      },
    })),
  });
}

/** Adding twice is harmless, and costs the tenant no second turn. */
export async function addPlanJob(queues: ScanQueues, scan: ScanRecord): Promise<void> {
  const { id, tenant, modelSet } = scan;
  const jobId = jobIdFor('plan', id, modelSet);
  if ((await queues.plan.getJobState(jobId)) !== 'unknown') return;
  const [taken] = await queues.turns.take('plan', flowOf(scan), 1);
  await queues.plan.add('plan', { v: 1, scan: id, tenant, turn: taken?.turn }, { jobId, priority: taken?.priority });
}

/** Whose line the jobs of a scan stand in. */
export function flowOf({ tenant, priority = defaultLane }: ScanRecord): Flow {
  return { tenant, lane: priority };
}

/** @returns whether any job of the scan is in the queues, running, waiting or dead */
export async function hasJobs(queues: ScanQueues, scan: ScanRecord): Promise<boolean> {
  const looks = Array.from({ length: scan.segments ?? 0 }, (_, segment) =>
    queues.look.getJobState(jobIdFor('look', scan.id, scan.modelSet, segment)),
  );
  const others = (['plan', 'judge', 'shadow'] as const).map((name) => stateOf(queues, name, scan));
  const states = await Promise.all([...others, ...looks]);
  return states.some((state) => state !== 'unknown');
}

type ScanStageQueue = Exclude<ScanStage, 'look'>;

/** @returns the job's state, `unknown` when there is none */
export function stateOf(queues: ScanQueues, name: ScanStageQueue, scan: ScanRecord): Promise<string> {
  return queues[name].getJobState(jobIdFor(name, scan.id, scan.modelSet));
}

export async function isLive(queues: ScanQueues, name: ScanStageQueue, scan: ScanRecord): Promise<boolean> {
  return liveStates.has(await stateOf(queues, name, scan));
}

/**
 * Takes a scan's jobs out of the queues, dead letters included. A job that runs is locked and stays: its worker finds
 * out from the store.
 */
export async function removeScanJobs(queues: ScanQueues, scan: ScanRecord): Promise<void> {
  const plan = jobIdFor('plan', scan.id, scan.modelSet);
  await queues.plan.remove(plan);
  await queues.starts.forget(plan, flowOf(scan));
  await queues.shadow.remove(jobIdFor('shadow', scan.id, scan.modelSet));
  const judge = jobIdFor('judge', scan.id, scan.modelSet);
  // A look that runs keeps its parent from being removed with its children, but not from being removed by itself.
  if ((await queues.judge.remove(judge, { removeChildren: true })) === 0)
    await queues.judge.remove(judge, { removeChildren: false });
  // One by one: where the parent is gone or locked by a worker, its children were not removed with it, nor ever those
  // whose failure it had been told.
  for (let segment = 0; segment < (scan.segments ?? 0); segment += 1) {
    await queues.look.remove(jobIdFor('look', scan.id, scan.modelSet, segment));
  }
}
