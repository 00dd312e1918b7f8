import type { Verdict } from '@assay/contracts';
import { clock, chance } from './numbers';

/** A plot of probability over time in a sentence, for those who do not see it. */
export function peakWords({ timeline }: Pick<Verdict, 'timeline'>): string {
  const judged = timeline.flatMap(({ seconds, probability }) =>
    probability === null ? [] : [{ seconds, probability }],
  );
  const peak = judged.reduce<(typeof judged)[number] | null>(
    (most, point) => (most && most.probability >= point.probability ? most : point),
    null,
  );
  return peak ? `Highest ${chance(peak.probability)} at ${clock(peak.seconds)}.` : 'No moment could be judged.';
}
