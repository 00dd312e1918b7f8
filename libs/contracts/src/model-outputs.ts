import { z } from 'zod';
import { Sha256 } from './ids';

/** Which of the two a number speaks for. */
export const Side = z.enum(['manipulated', 'real']);
export type Side = z.infer<typeof Side>;

const onnxName = z.string().min(1);

/** Classes of a softmax: those listed speak for manipulation, the others for a real face. */
const classes = {
  classes: z.number().int().min(2),
  manipulated: z.array(z.number().int().nonnegative()).min(1),
};

function checkClasses(output: { classes: number; manipulated: number[] }, context: z.RefinementCtx): void {
  const listed = new Set(output.manipulated);
  if (output.manipulated.some((index) => index >= output.classes)) {
    context.addIssue({ code: 'custom', message: `"manipulated" names a class beyond the last, ${output.classes - 1}` });
  } else if (listed.size === output.classes) {
    context.addIssue({ code: 'custom', message: '"manipulated" lists every class: none is left for a real face' });
  }
}

/** Float32 little-endian values of a linear head: `length` weights, then the bias. */
const HeadFile = z.strictObject({
  /** Relative to the manifest's folder. */
  file: z.string(),
  sha256: Sha256,
  bytes: z.number().int().positive(),
});

/** The same values written down. */
const HeadValues = z.strictObject({ weights: z.array(z.number()).min(1), bias: z.number() });

export const LinearHead = z.union([HeadFile, HeadValues], {
  error: 'a head is { file, sha256, bytes } or { weights, bias }, and nothing else',
});
export type LinearHead = z.infer<typeof LinearHead>;

/**
 * What a forgery detector's main output holds, so that every kind becomes one logit (> 0 manipulated) without code.
 * n is the number of crops; axes of length one are ignored.
 *
 * | kind | shape | logit |
 * |---|---|---|
 * | `logit` | n | x, or -x where it is positive for `real` |
 * | `probability` | n | ln(p / (1 - p)), negative where it is the probability `of` real |
 * | `class-logits` | n x classes | logsumexp of the manipulated classes minus that of the others |
 * | `class-probabilities` | n x classes | ln of the sum over the manipulated classes minus that over the others |
 * | `linear-head` | n x length | weights . embedding + bias; the embedding brought to length 1 before where `normalise` is set |
 */
export const LogitOutput = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ name: onnxName, kind: z.literal('logit'), positive: Side.optional() }),
    z.strictObject({ name: onnxName, kind: z.literal('probability'), of: Side }),
    z.strictObject({ name: onnxName, kind: z.literal('class-logits'), ...classes }).superRefine(checkClasses),
    z.strictObject({ name: onnxName, kind: z.literal('class-probabilities'), ...classes }).superRefine(checkClasses),
    z.strictObject({
      name: onnxName,
      kind: z.literal('linear-head'),
      /** Values of one embedding. */
      length: z.number().int().positive(),
      normalise: z.boolean().optional(),
      positive: Side.optional(),
      head: LinearHead,
    }),
  ],
  { error: 'kind is one of logit, probability, class-logits, class-probabilities, linear-head' },
);
export type LogitOutput = z.infer<typeof LogitOutput>;

/** Any other output: its key says what it is for, `kind` is a note for readers. */
const OtherOutput = z.object({ name: onnxName, kind: z.string().optional() });

/**
 * A model's outputs by what the pipeline calls them: `logit`, `boundary`, `mask`, `occlusion` and `outOfDomain` of a forgery detector;
 * `scores`, `boxes`, `landmarks` of a face detector, with `-8`, `-16` ... after them where there is one for each stride.
 */
export const ModelOutputs = z.object({ logit: LogitOutput.optional() }).catchall(OtherOutput);
export type ModelOutputs = z.infer<typeof ModelOutputs>;
