import type { VerdictLabel } from '@assay/contracts';

/** One thing that was scored: a clip, or a frame of it. */
export interface Observation {
  /** Probability that it is forged, 0..1; an abstention counts as `abstentionScore`. */
  score: number;
  fake: boolean;
  /** What shares a group shares footage, and is drawn together when intervals are made. */
  group: string;
  /** What the policy called it. */
  label: VerdictLabel;
  /** True where no probability was given. */
  abstained: boolean;
  /** The answer's own interval of that probability, where it gave one. */
  interval?: readonly [number, number] | null;
  /** Items of one file; of them a real and a fake one are a side-by-side pair. Null where there can be none. */
  pair: string | null;
}

/** "I cannot tell", as a score: half-way, so that it ranks neither above nor below on principle. */
export const abstentionScore = 0.5;

/**
 * Observations in columns, highest score first, which is all that the statistics need to be one pass each. A statistic
 * is a function of a sample and of one weight (a count, 0 = not there) per row, so that a bootstrap resample is
 * nothing but other weights.
 */
export interface Sample {
  size: number;
  /** Descending. */
  scores: Float64Array;
  fake: Uint8Array;
  /** Index into `groups`. */
  group: Int32Array;
  groups: string[];
  rows: readonly Observation[];
}

/** @returns NaN where the statistic is not defined, e.g. an AUC without real items */
export type Statistic = (sample: Sample, weights: Float64Array) => number;

export function sampleOf(observations: readonly Observation[]): Sample {
  const rows = [...observations].sort((a, b) => b.score - a.score);
  const groups = [...new Set(rows.map(({ group }) => group))].sort();
  const indexOf = new Map(groups.map((name, i) => [name, i]));
  return {
    size: rows.length,
    scores: Float64Array.from(rows, ({ score }) => score),
    fake: Uint8Array.from(rows, ({ fake }) => (fake ? 1 : 0)),
    group: Int32Array.from(rows, ({ group }) => indexOf.get(group) ?? 0),
    groups,
    rows,
  };
}

/** Every row once. */
export const unitWeights = (sample: Sample): Float64Array => new Float64Array(sample.size).fill(1);

/** The statistic on the sample as it is. */
export const valueOf = (statistic: Statistic, sample: Sample): number => statistic(sample, unitWeights(sample));

/** Weighted number of fake and real rows. */
export function countLabels({ fake, size }: Sample, weights: Float64Array): { fakes: number; reals: number } {
  let fakes = 0;
  let reals = 0;
  for (let i = 0; i < size; i += 1) {
    if (fake[i]) fakes += weights[i] ?? 0;
    else reals += weights[i] ?? 0;
  }
  return { fakes, reals };
}

/** Calls `visit` once for each distinct score, highest first, with the weight of fake and real rows that have it. */
export function eachScore(
  { scores, fake, size }: Sample,
  weights: Float64Array,
  visit: (fakes: number, reals: number, score: number) => void,
): void {
  let i = 0;
  while (i < size) {
    const score = scores[i] ?? 0;
    let fakes = 0;
    let reals = 0;
    for (; i < size && scores[i] === score; i += 1) {
      if (fake[i]) fakes += weights[i] ?? 0;
      else reals += weights[i] ?? 0;
    }
    if (fakes + reals > 0) visit(fakes, reals, score);
  }
}
