import { z } from 'zod';
import { ScoreReference } from './rollout';

export const maxDriftDays = 30;

/** Query of GET /v1/models/drift. */
export const ReadDrift = z.strictObject({
  /** Days that are compared with the reference, today included (UTC). */
  days: z.coerce.number().int().min(1).max(maxDriftDays).default(2),
});
export type ReadDrift = z.infer<typeof ReadDrift>;

/**
 * `none` below 0.1, `some` to 0.25, `much` from there; `unknown` without a reference, or where chance alone would give so
 * large an index with so few scores.
 */
export const DriftLevel = z.enum(['unknown', 'none', 'some', 'much']);

export const ModelDrift = z.object({
  model: z.string(),
  level: DriftLevel,
  /** Population stability index; null without a reference or without scores. */
  psi: z.number().nullable(),
  /** The index to expect of this many scores if nothing had changed. */
  psiByChance: z.number().nullable(),
  /** Faces scored in these days, and those of the reference. */
  scores: z.number().int(),
  referenceScores: z.number().int(),
  /** Intervals of the logit with about a tenth of the reference each; `upTo` is null for the last one. */
  intervals: z.array(z.object({ upTo: z.number().nullable(), reference: z.number(), now: z.number() })),
});
export type ModelDrift = z.infer<typeof ModelDrift>;

export const DriftReport = z.object({
  /** SHA-256; `mock` in mock mode. */
  set: z.string(),
  from: z.iso.date(),
  to: z.iso.date(),
  reference: ScoreReference.omit({ histograms: true }).nullable(),
  models: z.array(ModelDrift),
});
export type DriftReport = z.infer<typeof DriftReport>;
