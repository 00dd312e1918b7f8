import { z } from 'zod';
import { CreateScan } from './create-scan';
import { Problem, ScanStatus } from './scan';

/** Longest batch. Each item costs the service as much as a request of its own. */
export const maxBatchItems = 100;

/** Body of POST /v1/scans/batch. */
export const CreateScanBatch = z.strictObject({
  /** Options of every item that does not have them itself. */
  defaults: CreateScan.omit({ media: true }).optional(),
  items: z.array(CreateScan).min(1).max(maxBatchItems),
});
export type CreateScanBatch = z.infer<typeof CreateScanBatch>;

/** What became of one item: what POST /v1/scans would have answered. */
export const ScanBatchResult = z.object({
  /** As it was sent. */
  media: z.string(),
  /** 202: under way. 200: asked for before. Anything else: refused, and `problem` says why. */
  status: z.number().int(),
  scan: ScanStatus.nullable(),
  problem: Problem.nullable(),
  /** Of a refusal that passes: when to ask again. */
  retryAfterSeconds: z.number().int().nonnegative().nullable(),
});
export type ScanBatchResult = z.infer<typeof ScanBatchResult>;

export const ScanBatch = z.object({
  /** How many items have a scan. */
  accepted: z.number().int().nonnegative(),
  refused: z.number().int().nonnegative(),
  /** One for each item, in the order in which they were sent. */
  results: z.array(ScanBatchResult),
});
export type ScanBatch = z.infer<typeof ScanBatch>;
