import { type BootstrapSettings, eachResample, type Figure, limitsOf, minGroups } from './bootstrap';
import { type Observation, type Sample, sampleOf, type Statistic, valueOf } from './sample';

/**
 * What a second run changes: each statistic of `after` minus that of `before`, with a 95 % interval from resamples that
 * draw the same groups for both, so that what the items share cancels out.
 *
 * @param pairs the same item in both runs; group and truth are those of `before`
 */
export function pairedDifferences<Name extends string>(
  statistics: Record<Name, Statistic>,
  pairs: readonly { before: Observation; after: Observation }[],
  settings: BootstrapSettings,
): Record<Name, Figure> {
  const before = sampleOf(pairs.map((pair) => pair.before));
  const after = sampleOf(pairs.map((pair) => ({ ...pair.after, group: pair.before.group, fake: pair.before.fake })));
  const names = Object.keys(statistics) as Name[];
  const values = new Map<Name, number[]>(names.map((name) => [name, []]));
  const sameDraw = new Float64Array(after.size);
  const visit = (weights: Float64Array): void => {
    const ofGroup = new Float64Array(before.groups.length);
    for (let i = 0; i < before.size; i += 1) ofGroup[before.group[i] ?? 0] = weights[i] ?? 0;
    for (let i = 0; i < after.size; i += 1) sameDraw[i] = ofGroup[after.group[i] ?? 0] ?? 0;
    for (const name of names) {
      values.get(name)?.push(statistics[name](after, sameDraw) - statistics[name](before, weights));
    }
  };
  if (before.groups.length >= minGroups) eachResample(before, settings, visit);
  const figures = {} as Record<Name, Figure>;
  for (const name of names) figures[name] = figure(statistics[name], before, after, values.get(name) ?? []);
  return figures;
}

function figure(statistic: Statistic, before: Sample, after: Sample, values: number[]): Figure {
  const value = valueOf(statistic, after) - valueOf(statistic, before);
  return Number.isFinite(value) ? { value, interval: limitsOf(values) } : { value: null, interval: null };
}
