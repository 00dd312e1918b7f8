import { LogitOutput, Side } from '@assay/contracts';
import { ModelError } from '../models/model-error';
import type { Model, Output } from './sessions';
import { expectShape } from './tensor-shape';

/** A float32 sigmoid is 0 or 1 beyond this; no number that a detector gives says more. */
export const largestLogit = 16;

/** Rounding of float32 may carry a probability this far beyond 0 or 1, and the sum of a softmax as far from 1. */
const tolerance = 1e-3;

/**
 * One logit per crop, > 0 manipulated, within ±16, whatever kind of output the manifest states; NaN where the model gives no number.
 *
 * @param count crops in the batch
 * @throws ModelError `shape_mismatch`; `output_invalid` where values are no probabilities although the manifest says so
 */
export function readLogits({ entry, head }: Pick<Model, 'entry' | 'head'>, output: Output, count: number): number[] {
  const spec = entry.outputs.logit;
  if (!spec) throw new ModelError('manifest_invalid', `Model "${entry.id}" states no output for: logit.`, entry.id);
  const width = rowLength(spec);
  const row = spec.kind === 'linear-head' ? 'values of an embedding' : 'classes';
  expectShape(entry.id, `Output "${spec.name}"`, output.dims, [
    [count, 'crops'],
    ...(width === null ? [] : [[width, row] as const]),
  ]);
  const rows = Array.from({ length: count }, (_, i) => output.data.subarray(i * (width ?? 1), (i + 1) * (width ?? 1)));
  return rows.map((values) => clamped(logitOf(spec, values, head, entry.id)));
}

/**
 * One probability per crop.
 *
 * @param key of the output in the manifest
 * @throws ModelError as `readLogits`
 */
export function readProbabilities(
  { id, outputs }: Model['entry'],
  key: string,
  output: Output,
  count: number,
): number[] {
  const name = outputs[key]?.name ?? key;
  expectShape(id, `Output "${name}"`, output.dims, [[count, 'crops']]);
  checkProbabilities(name, output.data, id);
  return Array.from(output.data.subarray(0, count), (value) => Math.min(1, Math.max(0, value)));
}

/** Values of one crop; null for a single number without an axis of its own. */
function rowLength(spec: LogitOutput): number | null {
  if (spec.kind === 'logit' || spec.kind === 'probability') return null;
  return spec.kind === 'linear-head' ? spec.length : spec.classes;
}

function logitOf(spec: LogitOutput, values: Float32Array, head: Float32Array | null, model: string): number {
  switch (spec.kind) {
    case 'logit':
      return numberFor(spec.positive, values[0]!);
    case 'probability': {
      checkProbabilities(spec.name, values, model);
      const p = Math.min(1, Math.max(0, values[0]!));
      const logit = Math.log(p / (1 - p));
      return spec.of === 'real' ? -logit : logit;
    }
    case 'class-logits':
      return logSumExp(sideOf(values, spec.manipulated, true)) - logSumExp(sideOf(values, spec.manipulated, false));
    case 'class-probabilities': {
      checkProbabilities(spec.name, values, model);
      const total = sum(values);
      if (Math.abs(total - 1) > tolerance * values.length) {
        const message = `Output "${spec.name}" of model "${model}" gives probabilities that sum to ${total.toFixed(3)}; is it class-logits?`;
        throw new ModelError('output_invalid', message, model);
      }
      const [manipulated, real] = [true, false].map((side) => Math.max(0, sum(sideOf(values, spec.manipulated, side))));
      return Math.log(manipulated! / real!);
    }
    case 'linear-head': {
      return numberFor(spec.positive, applyHead(values, head, spec.normalise ?? false));
    }
  }
}

/** An infinite logit is a broken network's, not a sure one's. */
function numberFor(positive: Side | undefined, logit: number): number {
  if (!Number.isFinite(logit)) return NaN;
  return positive === 'real' ? -logit : logit;
}

function applyHead(embedding: Float32Array, head: Float32Array | null, normalise: boolean): number {
  if (!head) return NaN;
  let dot = 0;
  let squares = 0;
  embedding.forEach((value, i) => {
    dot += value * head[i]!;
    squares += value * value;
  });
  return (normalise ? dot / Math.sqrt(squares) : dot) + head[embedding.length]!;
}

const sideOf = (values: Float32Array, manipulated: number[], wanted: boolean): number[] =>
  [...values].filter((_, index) => manipulated.includes(index) === wanted);

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

function logSumExp(values: number[]): number {
  const most = Math.max(...values);
  return most + Math.log(sum(values.map((value) => Math.exp(value - most))));
}

function checkProbabilities(name: string, values: Float32Array, model: string): void {
  const odd = values.find((value) => value < -tolerance || value > 1 + tolerance);
  if (odd === undefined) return;
  const message = `Output "${name}" of model "${model}" gives ${odd.toPrecision(3)}, which is no probability; does it give logits?`;
  throw new ModelError('output_invalid', message, model);
}

/** A probability of exactly 0 or 1 gives an infinity: as sure as can be. NaN stays. */
const clamped = (logit: number): number => Math.min(largestLogit, Math.max(-largestLogit, logit));
