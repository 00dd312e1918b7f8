import { z } from 'zod';
import { CreateScan } from './create-scan';
import { Problem, ScanStatus } from './scan';

/** Longest batch. Each item costs the service as much as a request of its own. */
export const maxBatchItems = 100;

/** Body of POST /v1/scans/batch. */
export const CreateScanBatch = z.strictObject({
  /** Options of every item that does not have them itself. */
  defaults: CreateScan.omit({ media: true }).optional(),
  /** Scans to ask for, 1 to 100. */
  items: z.array(CreateScan).min(1).max(maxBatchItems),
});
export type CreateScanBatch = z.infer<typeof CreateScanBatch>;

/** What became of one item: what POST /v1/scans would have answered. */
export const ScanBatchResult = z.object({
  /** As it was sent. */
  media: z.string(),
  /** 202: under way. 200: asked for before. Anything else: refused, and `problem` says why. */
  status: z.number().int(),
  /** The scan; null where it was refused. */
  scan: ScanStatus.nullable(),
  /** Why it was refused; null where it was not. */
  problem: Problem.nullable(),
  /** Of a refusal that passes, seconds until it is worth asking again; else null. */
  retryAfterSeconds: z.number().int().nonnegative().nullable(),
});
export type ScanBatchResult = z.infer<typeof ScanBatchResult>;

/** What became of a batch. */
export const ScanBatch = z.object({
  /** How many items have a scan. */
  accepted: z.number().int().nonnegative(),
  /** How many have none. */
  refused: z.number().int().nonnegative(),
  /** One for each item, in the order in which they were sent. */
  results: z.array(ScanBatchResult),
});
export type ScanBatch = z.infer<typeof ScanBatch>;
