import { z } from 'zod';
import { FaceDecoder } from './face-decoder';
import { Sha256 } from './ids';
import { ModelInput } from './model-input';
import { ModelOutputs } from './model-outputs';

export const ModelTask = z.enum(['face-detector', 'forgery-frame', 'forgery-clip', 'embedding']);
export type ModelTask = z.infer<typeof ModelTask>;

/** What a sentence is about: that anything was altered at all, where, how, or what it looks like now. */
export const SentenceLevel = z.enum(['altered', 'region', 'operation', 'look']);
export type SentenceLevel = z.infer<typeof SentenceLevel>;

/** One description that a model scores, in the order of its output `sentences`; the text follows on 'reads most like'. */
export const Sentence = z.object({
  key: z.string().regex(/^[a-z0-9-]+$/),
  level: SentenceLevel,
  text: z.string().min(1).max(200),
});
export type Sentence = z.infer<typeof Sentence>;

/** One model: everything that the pipeline needs to run it, so that no code knows a model by name. See docs/models.md. */
export const ModelEntry = z.object({
  id: z.string().regex(/^[a-z0-9-]+$/),
  version: z.string(),
  /** Relative to the manifest's folder. */
  file: z.string(),
  sha256: Sha256,
  bytes: z.number().int().positive(),
  task: ModelTask,
  opset: z.number().int().positive(),
  input: ModelInput,
  outputs: ModelOutputs,
  /** What the columns of the output `sentences` (n, k: log odds that it is true of the crop) say; where there is one. */
  sentences: z.array(Sentence).min(1).optional(),
  /** Detector only. */
  decoder: FaceDecoder.optional(),
  scoreThreshold: z.number().optional(),
  nmsIou: z.number().optional(),
  /** probability = sigmoid(a * meanLogit + b) for a track's mean logit. */
  calibration: z.object({ a: z.number(), b: z.number(), fittedOn: z.string() }).optional(),
  licence: z.string(),
  trainingData: z.array(z.string()),
  card: z.string(),
});
export type ModelEntry = z.infer<typeof ModelEntry>;

export const Manifest = z.object({ schema: z.literal('assay.models/1'), models: z.array(ModelEntry).min(1) });
export type Manifest = z.infer<typeof Manifest>;
