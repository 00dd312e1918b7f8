import { PermanentError } from '@assay/pipeline';
import type { Job } from 'bullmq';
import { z } from 'zod';

/**
 * Kept where BullMQ keeps a job's progress, for which nothing else is used: what a job carries is of a fixed form, and its starts
 * and attempts count other things, too.
 */
const Progress = z.object({ engineDeaths: z.number().int().nonnegative() });

function deathsOf(job: Job): number {
  const found = Progress.safeParse(job.progress);
  return found.success ? found.data.engineDeaths : 0;
}

/** The engine ended while it had the job; which of its jobs was the cause nobody knows. */
export async function countEngineDeath(job: Job): Promise<void> {
  await job.updateProgress({ engineDeaths: deathsOf(job) + 1 });
}

/**
 * Asked before the job is run once more, by a worker whose engine lives and can record the failure. A person who
 * tries it again later starts from zero.
 *
 * @throws PermanentError when engines ended more than `most` times while they had it
 */
export async function refuseDeadly(job: Job, most: number): Promise<void> {
  const deaths = deathsOf(job);
  if (deaths <= most) return;
  await job.updateProgress({ engineDeaths: 0 });
  throw new PermanentError(`The process that worked on it ended ${deaths} times while it did.`);
}
