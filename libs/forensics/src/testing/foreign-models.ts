import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Box } from '@assay/contracts';
import { z } from 'zod';

/** Small models with the inputs and outputs of public ones, made by `python -m assay_training foreign-models`. */
export const foreignModelsDir = join(__dirname, '../../testdata/foreign-models');

const Golden = z.object({
  picture: z.object({ width: z.number(), height: z.number() }),
  faces: z.array(z.object({ box: Box, landmarks: z.array(z.tuple([z.number(), z.number()])) })),
  /** One for each of `faces`, by model. */
  logits: z.record(z.string(), z.array(z.number())),
  /** What a detector finds in the picture, best first, by model; box x1 y1 x2 y2. */
  found: z.record(z.string(), z.array(z.object({ score: z.number(), box: Box, landmarks: z.array(z.number()) }))),
});

/** What onnxruntime in Python and the models' own papers make of them. */
export const foreignGolden = () =>
  Golden.parse(JSON.parse(readFileSync(join(foreignModelsDir, 'golden.json'), 'utf8')));
