import { seededRandom } from './random';
import { type Sample, type Statistic, valueOf } from './sample';

export interface BootstrapSettings {
  seed: number;
  /** Resamples drawn; 1,000 and more for 95 % limits (Efron & Tibshirani 1993, ch. 14). */
  resamples: number;
}

/** A figure with its 95 % interval; null where it is not defined, or where too few groups hold what it speaks of. */
export interface Figure {
  value: number | null;
  interval: [number, number] | null;
}

/** Share of the resamples left out on either side of a 95 % interval. */
const tail = 0.025;
/** With fewer groups on a side there is no spread between groups to resample. */
export const minGroups = 2;
/** Limits from fewer defined resamples than this would be noise. */
const minDefined = 40;

/**
 * Calls `visit` with the row weights of each resample: groups are drawn whole, with replacement, as many as there are
 * (the cluster bootstrap; Field & Welsh 2007). The array is used again for the next one.
 */
export function eachResample(
  sample: Sample,
  { seed, resamples }: BootstrapSettings,
  visit: (weights: Float64Array) => void,
): void {
  const random = seededRandom(seed);
  const count = sample.groups.length;
  const drawn = new Float64Array(count);
  const weights = new Float64Array(sample.size);
  for (let r = 0; r < resamples; r += 1) {
    drawn.fill(0);
    for (let g = 0; g < count; g += 1) drawn[Math.floor(random() * count)]! += 1;
    for (let i = 0; i < sample.size; i += 1) weights[i] = drawn[sample.group[i] ?? 0] ?? 0;
    visit(weights);
  }
}

/** Percentile of sorted values, straight between neighbours (type 7, as numpy does). */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** 95 % limits of resampled values; undefined ones (NaN) are left out. */
export function limitsOf(values: readonly number[]): [number, number] | null {
  const defined = Float64Array.from(values.filter(Number.isFinite)).sort();
  if (defined.length < minDefined) return null;
  return [percentile(defined, tail), percentile(defined, 1 - tail)];
}

/**
 * Figures of one sample with percentile bootstrap intervals by group, all from the same resamples. The same seed gives
 * the same limits.
 */
export function estimate<Name extends string>(
  statistics: Record<Name, Statistic>,
  sample: Sample,
  settings: BootstrapSettings,
): Record<Name, Figure> {
  const names = Object.keys(statistics) as Name[];
  const values = new Map<Name, number[]>(names.map((name) => [name, []]));
  if (sample.groups.length >= minGroups) {
    eachResample(sample, settings, (weights) => {
      for (const name of names) values.get(name)?.push(statistics[name](sample, weights));
    });
  }
  const figures = {} as Record<Name, Figure>;
  for (const name of names) {
    const value = valueOf(statistics[name], sample);
    const defined = Number.isFinite(value);
    figures[name] = { value: defined ? value : null, interval: defined ? limitsOf(values.get(name) ?? []) : null };
  }
  return figures;
}
