import { z } from 'zod';

/** How a chosen frame is reached: keyframes alone are cheap; `all` decodes everything in the window. */
export const DecodeMode = z.enum(['keyframes', 'all']);

export const Segment = z.object({
  index: z.number().int().nonnegative(),
  startSeconds: z.number().nonnegative(),
  endSeconds: z.number().positive(),
  mode: DecodeMode,
  /** Presentation times (seconds from the first frame of the file) of the frames to look at, ascending. */
  frameSeconds: z.array(z.number().nonnegative()).min(1),
});
export type Segment = z.infer<typeof Segment>;

/** A pure function of probe, packet times and policy: same media, same plan. */
export const Plan = z.object({
  frameBudget: z.number().int().positive(),
  /** Size at which frames leave ffmpeg: display orientation, aspect kept, at most the policy's long side. */
  decodeWidth: z.number().int().positive(),
  decodeHeight: z.number().int().positive(),
  /** Keyframes off the regular grid: where the encoder saw a cut. Confirmed on pixels by `look`. */
  cutCandidatesSeconds: z.array(z.number().nonnegative()),
  keyframeCount: z.number().int().nonnegative(),
  segments: z.array(Segment).min(1),
});
export type Plan = z.infer<typeof Plan>;
