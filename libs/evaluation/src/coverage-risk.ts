import { type Sample, type Statistic, unitWeights } from './sample';

/** Answers given to this share of the items, the surest first, and the share of them that is wrong. */
export interface CoveragePoint {
  coverage: number;
  risk: number;
}

/** Half-way is no answer: it counts as half an error. */
function errorOf(score: number, fake: boolean): number {
  if (score === 0.5) return 0.5;
  return score > 0.5 === fake ? 0 : 1;
}

/**
 * Selective prediction (El-Yaniv & Wiener 2010; Geifman & El-Yaniv 2017): items are answered at 0.5 in the order of
 * confidence |p - 0.5|; those of equal confidence come together.
 *
 * @returns one point per distinct confidence, coverage ascending
 */
export function coverageRisk(sample: Sample, weights = unitWeights(sample)): CoveragePoint[] {
  const order = Array.from({ length: sample.size }, (_, i) => i).filter((i) => (weights[i] ?? 0) > 0);
  const confidence = (i: number): number => Math.abs((sample.scores[i] ?? 0) - 0.5);
  order.sort((a, b) => confidence(b) - confidence(a));
  const total = order.reduce((sum, i) => sum + (weights[i] ?? 0), 0);
  const points: CoveragePoint[] = [];
  let covered = 0;
  let errors = 0;
  order.forEach((i, at) => {
    covered += weights[i] ?? 0;
    errors += (weights[i] ?? 0) * errorOf(sample.scores[i] ?? 0, Boolean(sample.fake[i]));
    const next = order[at + 1];
    if (next === undefined || confidence(next) !== confidence(i)) {
      points.push({ coverage: covered / total, risk: errors / covered });
    }
  });
  return points;
}

/**
 * Area under the risk-coverage curve: mean risk over all coverages, each step at the risk of its end. 0 is perfect; a
 * confidence that says nothing gives the error rate itself.
 */
export const areaUnderRisk: Statistic = (sample, weights) => {
  let area = 0;
  let before = 0;
  for (const { coverage, risk } of coverageRisk(sample, weights)) {
    area += (coverage - before) * risk;
    before = coverage;
  }
  return sample.size > 0 ? area : NaN;
};
