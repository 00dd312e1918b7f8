import type { Lane, LookJob, PlanJob, ScanRecord } from '@assay/contracts';
import type { Job } from 'bullmq';
import { flowOf } from '../flows';
import type { ScanQueues } from '../open-queues';
import type { Ports } from '../ports';
import { jobIdFor } from '../queues';
import { isMoreUrgent } from './is-more-urgent';
import type { LaneQueue } from './lane-settings';
import { isMissingJob } from './missing-job';

/**
 * Moves an unfinished scan up, for someone who asks for it again and cannot wait as long. Never down: whoever asked first
 * is not made to wait longer. Index first, then the jobs that wait; cut off in between, asking again does the rest.
 *
 * @returns the scan as it now is
 */
export async function raisePriority(
  scan: ScanRecord,
  wanted: Lane,
  { index }: Pick<Ports, 'index'>,
  queues: ScanQueues,
): Promise<ScanRecord> {
  const { lane } = flowOf(scan);
  if (isMoreUrgent(lane, wanted)) return scan;
  const raised = lane === wanted ? scan : ((await index.update(scan.id, { priority: wanted })) ?? scan);
  const jobs = [
    { queue: 'plan' as const, id: jobIdFor('plan', scan.id, scan.modelSet) },
    ...Array.from({ length: scan.segments ?? 0 }, (_, part) => ({
      queue: 'look' as const,
      id: jobIdFor('look', scan.id, scan.modelSet, part),
    })),
  ];
  for (const { queue, id } of jobs) {
    const job: Job<PlanJob | LookJob> | undefined = await queues[queue].getJob(id);
    if (job) await raiseJob(queue, job, raised, queues);
  }
  return raised;
}

async function raiseJob(
  queue: LaneQueue,
  job: Job<PlanJob | LookJob>,
  scan: ScanRecord,
  { turns, starts }: ScanQueues,
): Promise<void> {
  const flow = flowOf(scan);
  const { turn } = job.data;
  if (!turn || !isMoreUrgent(flow.lane, turn.lane)) return;
  const [taken] = await turns.take(queue, flow, 1);
  if (!taken) return;
  try {
    await job.changePriority({ priority: taken.priority });
    await job.updateData({ ...job.data, turn: taken.turn });
    // Held by the rate of the lane that it leaves.
    if (queue === 'plan' && job.id) await starts.release(job.id, { ...flow, lane: turn.lane });
  } catch (error) {
    // Done meanwhile: nothing is left to hurry.
    if (!isMissingJob(error)) throw error;
  }
}
