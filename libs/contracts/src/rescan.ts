import { z } from 'zod';
import { ScanId, Sha256 } from './ids';
import { ModelSetName } from './model-set';
import { ScanRecord } from './scan';

/** Derived from the query: asking twice is one re-scan. */
export const RescanId = z.string().regex(/^rs_[0-9a-f]{16}$/, 'must look like rs_ and 16 hex digits');
export type RescanId = z.infer<typeof RescanId>;

const Probability = z.number().min(0).max(1);
/** Both ends are included. */
const Between = z
  .tuple([Probability, Probability])
  .refine(([low, high]) => low <= high, { error: 'must be two probabilities, the lower one first' });

/** Body of POST /v1/rescans. */
export const CreateRescan = z.strictObject({
  /** Scans that were judged by this set ... */
  set: ModelSetName,
  /** ... with a probability between these two ... */
  between: Between,
  /** ... at this time or later ... */
  since: z.iso.datetime().optional(),
  /** ... are judged again by this one (the live one unless said otherwise). */
  to: ModelSetName.optional(),
  /** Count them, and do nothing. */
  dryRun: z.boolean().default(false),
});
export type CreateRescan = z.infer<typeof CreateRescan>;

export const RescanState = z.enum(['running', 'done', 'cancelled', 'failed']);

/** A re-scan as the store keeps it, and how far it is. */
export const Rescan = z.object({
  schema: z.literal('assay.rescan/1'),
  id: RescanId,
  set: Sha256,
  between: z.tuple([Probability, Probability]),
  since: z.iso.datetime().nullable(),
  to: Sha256,
  dryRun: z.boolean(),
  state: RescanState,
  /** The last scan that was looked at, by its place in the store; null at the beginning and the end. */
  cursor: z.string().nullable(),
  /**
   * Scans looked at; those that fit; and of these, those that were asked for anew, those that `to` had been asked for before, and those
   * whose media is not there any more, or of which what is stored is damaged.
   */
  looked: z.number().int().nonnegative(),
  matched: z.number().int().nonnegative(),
  submitted: z.number().int().nonnegative(),
  known: z.number().int().nonnegative(),
  gone: z.number().int().nonnegative(),
  failure: z.string().nullable(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  updatedAt: z.iso.datetime(),
});
export type Rescan = z.infer<typeof Rescan>;

export const RescanList = z.object({ rescans: z.array(Rescan) });
export type RescanList = z.infer<typeof RescanList>;

/** Every scan of one media item under one policy, the oldest first: what each set said of it. */
export const ScanHistory = z.object({
  /** Of which scan it was asked. */
  scan: ScanId,
  /** That one and the others. */
  scans: z.array(ScanRecord),
});
export type ScanHistory = z.infer<typeof ScanHistory>;
