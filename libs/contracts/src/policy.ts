import { z } from 'zod';

/** Fewer frames than that leave a face with too little to be judged by; more cost longer than they tell. */
export const fewestBudget = 4;
export const largestBudget = 256;

/** How many frames of a video are looked at, whatever its length; a video that has fewer is looked at whole. */
export const FrameBudget = z.number().int().min(fewestBudget).max(largestBudget);
export type FrameBudget = z.infer<typeof FrameBudget>;

/** What turns numbers into a verdict, and what a scan may cost. Versioned: the verdict names it. */
export const Policy = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  version: z.number().int().positive(),
  thresholds: z.object({
    /** probability >= manipulated -> `likely_manipulated` */
    manipulated: z.number().min(0).max(1),
    /** probability <= authentic -> `likely_authentic`; between the two -> `inconclusive` */
    authentic: z.number().min(0).max(1),
  }),
  /**
   * Share of forged items among what is scanned, as far as it is known: what a probability means there is told beside it. The
   * probability itself, and so the thresholds, take either answer for equally likely beforehand.
   */
  prevalence: z.number().gt(0).lt(1).default(0.05),
  frames: z.object({
    /** Frames looked at in the first minute; grows with the logarithm of the length after that. */
    perMinute: z.number().int().positive(),
    /** Never more than this for one item, however long. */
    max: z.number().int().positive(),
    /** So many instead of what the two above give; absent = by them. */
    budget: FrameBudget.optional(),
    /** Longest side at which frames are decoded, px. */
    maxSidePx: z.number().int().positive(),
    /** Longest stretch of the timeline in one segment (one `look` job), seconds. */
    segmentSeconds: z.number().positive(),
  }),
  faces: z.object({
    /** Smaller faces (face size F of the crop definition, px of the decoded frame) are seen but not judged. */
    minSizePx: z.number().positive(),
    maxPerFrame: z.number().int().positive(),
    /** Face crops scored per track and segment: the best by quality, spread over time. */
    cropsPerTrack: z.number().int().positive(),
    /** Crops scored per segment, all tracks together: bounds the cost of a crowd. */
    cropsPerSegment: z.number().int().positive(),
    /** Tracks with fewer judged frames than this abstain (stills need one). */
    minFrames: z.number().int().positive(),
  }),
});
export type Policy = z.infer<typeof Policy>;

/** The same policy with another number of frames. Part of a scan's id, as all of a policy is. */
export function withFrameBudget(policy: Policy, budget: FrameBudget | undefined): Policy {
  return budget === undefined ? policy : { ...policy, frames: { ...policy.frames, budget } };
}

export const defaultPolicy: Policy = {
  id: 'default',
  version: 7,
  // Chosen on the 60 labelled clips that it is judged by, 1 of 31 real ones above: docs/benchmarks.md says what that shows and what not.
  thresholds: { manipulated: 0.9, authentic: 0.25 },
  prevalence: 0.05,
  frames: { perMinute: 24, max: 64, maxSidePx: 1920, segmentSeconds: 120 },
  faces: { minSizePx: 48, maxPerFrame: 48, cropsPerTrack: 16, cropsPerSegment: 96, minFrames: 3 },
};
