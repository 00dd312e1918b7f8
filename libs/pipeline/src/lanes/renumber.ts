import type { ScanQueues } from '../open-queues';
import { type LaneQueue, laneQueues, placeOf } from './lane-settings';
import { isMissingJob } from './missing-job';

/** Jobs looked at in one go. */
const pageSize = 200;
/** Those that wait, and those that are put back among them by the priority that they have; at a platform's rate limits a hundred thousand. */
const orderedStates = ['prioritized', 'delayed'] as const;

/**
 * Keeps the places of waiting jobs within what BullMQ can order by. Turns grow for ever, places end at 2^21: once half of
 * them are used, they are counted from the present turn on. Order stays, as jobs are renumbered from the first to the last;
 * cut off anywhere, the next sweep goes on.
 */
export async function renumberJobs(queues: ScanQueues, signal: AbortSignal): Promise<void> {
  for (const queue of laneQueues) {
    const { base, walked } = await queues.turns.tidy(queue);
    if (base === walked) continue;
    for await (const job of waitingJobs(queue, queues)) {
      signal.throwIfAborted();
      await renumber(queue, job, base, queues);
    }
    await queues.turns.walked(queue, base);
  }
}

/** By score and not by rank: jobs that are taken meanwhile do not shift the others out of sight. */
async function* waitingJobs(queue: LaneQueue, queues: ScanQueues): AsyncGenerator<string> {
  for (const state of orderedStates) {
    for (let last = '-inf'; ;) {
      const page = await queues.turns.after(queue, state, last, pageSize);
      for (const { job } of page) yield job;
      const end = page.at(-1);
      if (!end) break;
      last = `(${end.score}`;
    }
  }
  // As many as the fleet works on at once.
  for (const { id } of await queues[queue].getJobs(['active'])) if (id) yield id;
}

async function renumber(queue: LaneQueue, id: string, base: number, queues: ScanQueues): Promise<void> {
  const job = await queues[queue].getJob(id);
  const turn = job?.data.turn;
  if (!job || !turn || job.priority === placeOf(turn, base)) return;
  // Taken and done meanwhile: nothing to put in order.
  await job.changePriority({ priority: placeOf(turn, base) }).catch((error: unknown) => {
    if (!isMissingJob(error)) throw error;
  });
}
