import type { ScanQueues } from './open-queues';
import { sweepEveryMs } from './queues';

const scheduler = 'sweep';

/** One sweep now, for what the last stop left behind, and one a minute for the whole fleet. */
export async function scheduleSweeps(queues: ScanQueues): Promise<void> {
  await queues.sweep.upsertJobScheduler(scheduler, { every: sweepEveryMs }, { name: 'sweep', data: { v: 1 } });
  // Under a fixed id, so that a fleet that starts together sweeps once; a failed one must not stay in the next one's way.
  await queues.sweep.add('sweep', { v: 1 }, { jobId: 'sweep-at-start', removeOnFail: true });
}

/**
 * Schedules again where Redis lost the schedule with everything else: without a sweep nobody would ever see which scans
 * it lost. Leaves a schedule that is there alone, as setting it anew would put the next sweep off.
 *
 * @returns whether it was lost
 */
export async function ensureSweeps(queues: ScanQueues): Promise<boolean> {
  if (await queues.sweep.getJobScheduler(scheduler)) return false;
  await scheduleSweeps(queues);
  return true;
}
