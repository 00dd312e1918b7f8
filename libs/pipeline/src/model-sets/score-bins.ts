import type { ScoreHistograms, VerdictTrack } from '@assay/contracts';

/** Logits are within ±16; beyond ±8 (a probability of 0.0003) a difference tells nothing. */
const lowestEdge = -8;
const highestEdge = 8;
const width = 0.5;

/** Upper ends of the intervals that scores are counted in; above the last one there is one more interval. */
export const scoreBins: readonly number[] = Array.from(
  { length: (highestEdge - lowestEdge) / width + 1 },
  (_, i) => lowestEdge + i * width,
);

/** Number of the interval of a logit: the first whose upper end is not below it. */
export function binOf(logit: number): number {
  const bin = Math.ceil((logit - lowestEdge) / width);
  return Math.min(scoreBins.length, Math.max(0, bin));
}

const separator = ' ';

/** Each face that was judged counts once for each model: the mean logit over its frames. */
export function scoreFields(tracks: readonly Pick<VerdictTrack, 'probability' | 'scores'>[]): string[] {
  return tracks
    .filter(({ probability }) => probability !== null)
    .flatMap(({ scores }) => Object.entries(scores).map(([model, logit]) => `${model}${separator}${binOf(logit)}`));
}

/** Counts by `scoreFields`, as histograms by model. */
export function histogramsOf(tallies: readonly Record<string, number>[]): ScoreHistograms {
  const histograms: ScoreHistograms = {};
  for (const [field, count] of tallies.flatMap((tally) => Object.entries(tally))) {
    const [model = '', bin = ''] = field.split(separator);
    const histogram = (histograms[model] ??= Array.from({ length: scoreBins.length + 1 }, () => 0));
    histogram[Number(bin)] = (histogram[Number(bin)] ?? 0) + count;
  }
  return histograms;
}
