import { z } from 'zod';
import { Sha256 } from './ids';

/** x, y, width, height in px of the original picture in display orientation (not of the decoded size). */
export const Box = z.tuple([z.number(), z.number(), z.number(), z.number()]);
export type Box = z.infer<typeof Box>;

/** How well a face can be judged. */
export const FaceQuality = z.object({
  /** Size of the face, px of the decoded frame; size F of the crop definition. */
  sizePx: z.number(),
  /** Variance of the Laplacian of the luma of a fixed-size crop; > ~60 sharp, < ~12 blurred. */
  sharpness: z.number(),
  /** Mean luma 0-255 of the crop. */
  exposure: z.number(),
  /** Left-right turn, -1..1, from the five landmarks; 0 = frontal. */
  yaw: z.number(),
  /** Up-down turn, -1..1; 0 = frontal. */
  pitch: z.number(),
  /** Roll of the head, degrees, clockwise. */
  roll: z.number(),
  /** How much this face should count, 0..1. */
  weight: z.number().min(0).max(1),
});
export type FaceQuality = z.infer<typeof FaceQuality>;

/** One face in one frame, after tracking. */
export const FaceObservation = z.object({
  seconds: z.number(),
  box: Box,
  landmarks: z.array(z.number()).length(10),
  detectorScore: z.number(),
  quality: FaceQuality,
  /** Logit by model id (> 0 manipulated); absent where the face was not scored or a detector abstained. */
  logits: z.record(z.string(), z.number()),
  /** Strength of the predicted blending boundary by face region (brows, cheeks, jaw ...), 0..1; where a model draws one. */
  regions: z.record(z.string(), z.number()).optional(),
  /** Share of the inner face, brows to lips, that something before it hides (a mask, a hand, a caption), 0..1; where a model tells. */
  occlusion: z.number().min(0).max(1).optional(),
  /** Probability that the picture is unlike those that the detectors learned from (filmed from a screen, drawn, no face at all); where a model tells. */
  outOfDomain: z.number().min(0).max(1).optional(),
  /** Log odds that a description is true of this face, by the description's key; where a model scores descriptions. */
  sentences: z.record(z.string(), z.number()).optional(),
  /** Store keys of crop and overlay JPEG, when kept as evidence. */
  crop: z.string().nullable(),
  overlay: z.string().nullable(),
});
export type FaceObservation = z.infer<typeof FaceObservation>;

export const SegmentTrack = z.object({
  /** Number within the segment, from 0 by first appearance. `judge` joins tracks across segments. */
  index: z.number().int().nonnegative(),
  shot: z.number().int().nonnegative(),
  observations: z.array(FaceObservation).min(1),
  /** Small appearance vector (mean over observations) used only to join tracks across segments of one scan. */
  appearance: z.array(z.number()),
});
export type SegmentTrack = z.infer<typeof SegmentTrack>;

/** What one `look` job leaves in the store. Same frames, same models, same thread count: same numbers. */
export const SegmentResult = z.object({
  schema: z.literal('assay.segment/1'),
  index: z.number().int().nonnegative(),
  startSeconds: z.number(),
  endSeconds: z.number(),
  /** Frames that ffmpeg really gave, seconds. */
  framesSeconds: z.array(z.number()),
  /** Confirmed cuts, seconds of the first frame after the cut. */
  cutsSeconds: z.array(z.number()),
  /** All that were found in all frames, and those of them that were too small. */
  facesSeen: z.number().int(),
  facesTooSmall: z.number().int(),
  /** Large enough, and more in their frame than the policy has looked at; absent in results of before this was told. */
  facesLeftOut: z.number().int().optional(),
  tracks: z.array(SegmentTrack),
  /** Set when the decoder stopped early (damaged file): what was seen still counts. */
  decodeError: z.string().nullable(),
  cost: z.object({
    decodeMs: z.number(),
    detectMs: z.number(),
    scoreMs: z.number(),
    /** Of both, what each model took, by its id; absent in results of before this was told. */
    msByModel: z
      .object({ detect: z.record(z.string(), z.number()), score: z.record(z.string(), z.number()) })
      .optional(),
    cropsScored: z.number().int(),
  }),
});
export type SegmentResult = z.infer<typeof SegmentResult>;

/** A model that took part. */
export const ModelUse = z.object({
  /** Name, as in `models/manifest.json`. */
  id: z.string(),
  /** Version of the model, which is not the one of Assay. */
  version: z.string(),
  /** Digest of its file. */
  sha256: Sha256,
  /** What it is for: `face-detector`, `forgery-frame` ... */
  task: z.string(),
});
