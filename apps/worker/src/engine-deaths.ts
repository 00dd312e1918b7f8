import { PermanentError } from '@assay/pipeline';
import type { Job } from 'bullmq';
import { noteProgress, progressOf } from './job-progress';

/** The engine ended while it had the job; which of its jobs was the cause nobody knows. */
export async function countEngineDeath(job: Job): Promise<void> {
  await noteProgress(job, { engineDeaths: progressOf(job).engineDeaths + 1 });
}

/**
 * Asked before the job is run once more, by a worker whose engine lives and can record the failure. A person who
 * tries it again later starts from zero.
 *
 * @throws PermanentError when engines ended more than `most` times while they had it
 */
export async function refuseDeadly(job: Job, most: number): Promise<void> {
  const { engineDeaths: deaths } = progressOf(job);
  if (deaths <= most) return;
  await noteProgress(job, { engineDeaths: 0 });
  throw new PermanentError(`The process that worked on it ended ${deaths} times while it did.`);
}
