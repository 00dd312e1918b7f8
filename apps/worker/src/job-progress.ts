import type { Job } from 'bullmq';
import { z } from 'zod';

/**
 * What is counted of a job beside its attempts. Kept where BullMQ keeps a job's progress, for which nothing else is used: what a job carries
 * is of a fixed form, and its starts and attempts count other things, too.
 */
const JobProgress = z.object({
  /** Engines that ended while they had it. */
  engineDeaths: z.number().int().nonnegative().default(0),
  /** Times that it was put aside because the store or Redis was not there. */
  pauses: z.number().int().nonnegative().default(0),
  /** Times that it was put aside by workers that cannot do it, for others that can. */
  handOns: z.number().int().nonnegative().default(0),
  /** When the pause is over that it was put aside for, ms since 1970: `waitsSince` reads it. */
  dueAt: z.number().optional(),
});
type JobProgress = z.infer<typeof JobProgress>;

export function progressOf(job: Job): JobProgress {
  const found = JobProgress.safeParse(job.progress);
  return found.success ? found.data : JobProgress.parse({});
}

export async function noteProgress(job: Job, change: Partial<JobProgress>): Promise<void> {
  await job.updateProgress({ ...progressOf(job), ...change });
}
