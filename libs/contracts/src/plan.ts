import { z } from 'zod';

/**
 * What is decoded on the way to a chosen frame: keyframes alone are cheap; `references` leaves out the frames that no
 * other frame needs (about half the cost in H.264 and HEVC); `all` decodes everything.
 */
export const DecodeMode = z.enum(['keyframes', 'references', 'all']);

export const Segment = z.object({
  index: z.number().int().nonnegative(),
  startSeconds: z.number().nonnegative(),
  endSeconds: z.number().positive(),
  mode: DecodeMode,
  /** Presentation times (seconds from the first frame of the file) of the frames to look at, ascending. */
  frameSeconds: z.array(z.number().nonnegative()).min(1),
  /**
   * For each frame, the container time of the keyframe where decoding starts; frames with the same value share a pass.
   * Empty: the file is read from its beginning (stills, containers without an index).
   */
  seekSeconds: z.array(z.number()),
});
export type Segment = z.infer<typeof Segment>;

/** A pure function of probe, packet times and policy: same media, same plan. */
export const Plan = z.object({
  /** Container time of the first frame, seconds (often not 0, may be negative): all other times count from it. */
  originSeconds: z.number(),
  frameBudget: z.number().int().positive(),
  /** Size at which frames leave ffmpeg: display orientation, aspect kept, at most the policy's long side. */
  decodeWidth: z.number().int().positive(),
  decodeHeight: z.number().int().positive(),
  /** Keyframes off the regular grid: where the encoder saw a cut. Confirmed on pixels by `look`. */
  cutCandidatesSeconds: z.array(z.number().nonnegative()),
  keyframeCount: z.number().int().nonnegative(),
  segments: z.array(Segment).min(1),
  /** Stretches whose frames are not looked at. Absent = none. */
  passedOver: z
    .array(
      z.object({
        startSeconds: z.number(),
        endSeconds: z.number(),
        /** Frames whose times others have before them; absent = no keyframe there, and more to decode on the way than a scan may. */
        cause: z.literal('repeated_times').optional(),
      }),
    )
    .optional(),
});
export type Plan = z.infer<typeof Plan>;
