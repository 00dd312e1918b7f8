import { ensureSweeps, type Logger, type ScanQueues } from '@assay/pipeline';

/** How often the schedule is looked for, ms: what a Redis that lost everything costs a scan, beside the sweep itself. */
const checkEveryMs = 30_000;

/**
 * Sees to it that the fleet goes on sweeping when Redis lost its data under running workers: the schedule is lost with
 * the rest, and without it the scans that lost their jobs would wait until someone restarts a worker.
 *
 * @returns ends it
 */
export function keepSweeping(queues: ScanQueues, log: Logger, everyMs = checkEveryMs): () => void {
  const check = async (): Promise<void> => {
    try {
      if (await ensureSweeps(queues)) log.warn('Redis had lost its data: sweeping for scans without a job');
    } catch (error) {
      log.warn({ err: error }, 'the schedule of sweeps was not checked');
    }
  };
  const timer = setInterval(() => void check(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
