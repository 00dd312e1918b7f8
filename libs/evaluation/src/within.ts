import type { Observation, Statistic } from './sample';

/**
 * A statistic of some rows of a sample, the others weighing nothing: two of them under the same weights are two parts of
 * the same resample.
 *
 * @param members rows that the sample was made of (the same objects)
 */
export function within(statistic: Statistic, members: readonly Observation[]): Statistic {
  const isMember = new Set(members);
  return (sample, weights) =>
    statistic(
      sample,
      weights.map((weight, i) => (isMember.has(sample.rows[i]!) ? weight : 0)),
    );
}
