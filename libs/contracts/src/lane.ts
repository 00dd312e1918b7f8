import { z } from 'zod';

/**
 * How urgent a scan is, the most urgent first. `live`: somebody waits for the answer. `standard`: an upload like any other.
 * `backfill`: an archive that is looked through.
 */
export const Lane = z.enum(['live', 'standard', 'backfill']);
export type Lane = z.infer<typeof Lane>;

export const defaultLane: Lane = 'standard';

/** A job's place in the order in which its queue is worked off: the lower `at`, the earlier. */
export const Turn = z.strictObject({ lane: Lane, at: z.number().int().nonnegative() });
export type Turn = z.infer<typeof Turn>;

/** Where an unfinished scan stands, as things are now: what is asked for later and is more urgent may still come before it. */
export const QueuePlace = z.object({
  /** Jobs that are taken before the next one of this scan; null when none of it waits for a worker. */
  position: z.number().int().nonnegative().nullable(),
  /** Expected from what its lane got done in the last minutes; null when that is not known. */
  secondsToVerdict: z.number().nonnegative().nullable(),
});
export type QueuePlace = z.infer<typeof QueuePlace>;
