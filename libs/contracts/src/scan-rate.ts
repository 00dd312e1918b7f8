import { z } from 'zod';
import { Lane } from './lane';

/** Most that can be asked for, scans a minute. */
const mostPerMinute = 1_000_000;
const PerMinute = z.number().int().positive().max(mostPerMinute).nullable();

/** Scans of a tenant that are started a minute, lane by lane; null = any number. Those beyond wait, and none is refused. */
export const ScanRate = z.strictObject({
  /** Of the lane `live`; null = any number. */
  live: PerMinute,
  /** Of the lane `standard`; null = any number. */
  standard: PerMinute,
  /** Of the lane `backfill`; null = any number. */
  backfill: PerMinute,
} satisfies Record<Lane, z.ZodType>);
export type ScanRate = z.infer<typeof ScanRate>;
