import { z } from 'zod';

const stride = z.number().int().positive();

/**
 * How a face detector's outputs become faces. A is the number of anchors, cells go row by row, anchors of one cell side by
 * side; axes of length one are ignored. Scores are probabilities in every kind.
 *
 * | kind | outputs (keys of the manifest's `outputs`) |
 * |---|---|
 * | `boxes` (default) | `scores` A, `boxes` A x 4 (x1 y1 x2 y2), `landmarks` A x 10, all in input px |
 * | `scrfd` | for each stride `scores-S` A, `boxes-S` A x 4 and `landmarks-S` A x 10 as distances from the cell's corner in strides: left, top, right, bottom; x, y |
 * | `yunet` | for each stride `class-S` A, `objectness-S` A, `boxes-S` A x 4 (centre, log size), `landmarks-S` A x 10, one anchor a cell, in strides |
 * | `retinaface` | `scores` A x 2 (background, face), `boxes` A x 4 and `landmarks` A x 10, relative to priors and their variances |
 */
export const FaceDecoder = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('boxes') }),
    z.strictObject({
      kind: z.literal('scrfd'),
      strides: z.array(stride).min(1),
      anchorsPerCell: z.number().int().positive(),
    }),
    z.strictObject({ kind: z.literal('yunet'), strides: z.array(stride).min(1) }),
    z.strictObject({
      kind: z.literal('retinaface'),
      /** Priors: in each cell of `stride` px one square for each size, px. */
      levels: z.array(z.strictObject({ stride, sizes: z.array(z.number().positive()).min(1) })).min(1),
      /** Of centres and of log sizes. */
      variances: z.tuple([z.number().positive(), z.number().positive()]),
    }),
  ],
  { error: 'kind is one of boxes, scrfd, yunet, retinaface' },
);
export type FaceDecoder = z.infer<typeof FaceDecoder>;
