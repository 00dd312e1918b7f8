import type { Lane } from '@assay/contracts';

/** Queues whose jobs are taken by turns. A `judge` has all its work behind it and is never held up. */
export const laneQueues = ['plan', 'look'] as const;
export type LaneQueue = (typeof laneQueues)[number];

export function isLaneQueue(name: string): name is LaneQueue {
  const names: readonly string[] = laneQueues;
  return names.includes(name);
}

/**
 * How far a job moves its tenant's turn in that lane, in ticks. Between two backfill jobs of a tenant every tenant may have
 * 16 live and 4 standard ones: live takes 16 of 21 parts of a fleet on which everything waits, which leaves its waits at
 * 1.3 times those without the others, and backfill moves on all the same.
 */
export const ticksPerJob: Record<Lane, number> = { live: 1, standard: 4, backfill: 16 };

/** The last place that BullMQ can order by: a priority has 21 bits. What is further behind waits there until it is renumbered. */
export const lastPlace = 2 ** 21 - 1;

/** BullMQ's order, 1 the first (0 would be before all others). */
export function placeOf(at: number, base: number): number {
  return Math.min(lastPlace, Math.max(1, at - base + 1));
}

/** Both share the hash tag of the queues, so that one script may touch them and the queue: see `queuePrefix`. */
export const turnsKey = (prefix: string, queue: LaneQueue): string => `${prefix}:turns:${queue}`;
export const paceKey = (prefix: string, queue: LaneQueue): string => `${prefix}:pace:${queue}`;
