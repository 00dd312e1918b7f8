import { Lane, type Turn } from '@assay/contracts';

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

/**
 * Of jobs whose turn is the same, the more urgent comes first: with many tenants there are many, and whoever comes to the present
 * turn would otherwise wait for all of them.
 */
const placesPerTick = Lane.options.length;

/** How many ticks of turns there are places for. */
export const ticksWithPlaces = Math.floor(lastPlace / placesPerTick);

/** BullMQ's order, 1 the first (0 would be before all others). */
export function placeOf({ lane, at }: Turn, base: number): number {
  return Math.min(lastPlace, Math.max(0, at - base) * placesPerTick + Lane.options.indexOf(lane) + 1);
}

/** The turn at a place. */
export const turnAt = (place: number, base: number): number => Math.floor((place - 1) / placesPerTick) + base;

/** Both share the hash tag of the queues, so that one script may touch them and the queue: see `queuePrefix`. */
export const turnsKey = (prefix: string, queue: LaneQueue): string => `${prefix}:turns:${queue}`;
export const paceKey = (prefix: string, queue: LaneQueue): string => `${prefix}:pace:${queue}`;
