import { z } from 'zod';
import { MediaId, ScanId, Sha256 } from './ids';
import { ModelSetName } from './model-set';
import { VerdictLabel } from './verdict-label';

const Answer = z.object({ set: Sha256, verdict: VerdictLabel, probability: z.number().nullable() });

/** What a set on trial would have said of a scan, beside what was said. No part of the verdict. */
export const ShadowResult = z.object({
  schema: z.literal('assay.shadow/1'),
  scan: ScanId,
  media: MediaId,
  at: z.iso.datetime(),
  live: Answer,
  shadow: Answer,
  /** Wall milliseconds of the last part that was looked at, decoding included. */
  milliseconds: z.number(),
});
export type ShadowResult = z.infer<typeof ShadowResult>;

export const maxDisagreements = 1000;

/** Query of GET /v1/models/comparison. */
export const CompareSets = z.strictObject({
  /** Set that was in shadow (the present one unless said otherwise). */
  set: ModelSetName.optional(),
  /** Disagreements listed at most. */
  limit: z.coerce.number().int().min(0).max(maxDisagreements).default(50),
});
export type CompareSets = z.infer<typeof CompareSets>;

export const SetComparison = z.object({
  shadow: Sha256,
  /** Scans that both sets judged. */
  scans: z.number().int(),
  /** Part of them with the same label; null without scans. */
  agreement: z.number().nullable(),
  /** How often each pair of labels was met. */
  table: z.array(z.object({ live: VerdictLabel, shadow: VerdictLabel, scans: z.number().int() })),
  /** Mean of shadow's minus live's probability, and of its size, over scans where both have one. */
  meanDifference: z.number().nullable(),
  meanAbsoluteDifference: z.number().nullable(),
  /** Scans with different labels, the largest difference of probabilities first. */
  disagreements: z.array(ShadowResult),
});
export type SetComparison = z.infer<typeof SetComparison>;
