import { z } from 'zod';

const Triple = z.tuple([z.number(), z.number(), z.number()]);

/**
 * Which square around a face a model is shown. Side = margin x face size F; `shift` moves the centre, in F.
 *
 * - `face-crop-v1`: from the five landmarks, roll removed; F is about the longer side of the box around a face mesh
 * - `face-box-v1`: upright, around the detector's box; F is the longer side of that box
 */
export const FaceCropSettings = z.object({
  definition: z.enum(['face-crop-v1', 'face-box-v1']),
  margins: z.array(z.number().positive()).min(1),
  /** To the right and down, along the crop's own axes. */
  shift: z.tuple([z.number(), z.number()]).optional(),
});
export type FaceCropSettings = z.infer<typeof FaceCropSettings>;

/** How a picture becomes a model's input tensor, float32. */
export const ModelInput = z.object({
  name: z.string(),
  /** n x 3 x height x width, or n x height x width x 3. */
  layout: z.enum(['nchw', 'nhwc']),
  color: z.enum(['rgb', 'bgr']),
  /** value = (pixel - mean) * scale, pixel 0-255, per channel in the order of `color`. */
  mean: Triple,
  scale: Triple,
  /** Fixed size: crops, and detectors that take one size only ... */
  width: z.number().int().positive().optional(),
  height: z.number().int().positive().optional(),
  /** ... or free size (detector): multiples of this, long side at most `longSide`. */
  multipleOf: z.number().int().positive().optional(),
  longSide: z.number().int().positive().optional(),
  crop: FaceCropSettings.optional(),
});
export type ModelInput = z.infer<typeof ModelInput>;
