import { type Sample, type Statistic, unitWeights } from './sample';

/** Bins of equal width over [0, 1], as in Guo et al. 2017 in its binary form. */
export const reliabilityBins = 10;

const binOf = (score: number): number => Math.min(reliabilityBins - 1, Math.floor(score * reliabilityBins));

interface BinSums {
  weight: number;
  scores: number;
  fakes: number;
}

function binSums({ scores, fake, size }: Sample, weights: Float64Array): BinSums[] {
  const bins = Array.from({ length: reliabilityBins }, () => ({ weight: 0, scores: 0, fakes: 0 }));
  for (let i = 0; i < size; i += 1) {
    const bin = bins[binOf(scores[i] ?? 0)];
    const weight = weights[i] ?? 0;
    if (!bin) continue;
    bin.weight += weight;
    bin.scores += weight * (scores[i] ?? 0);
    if (fake[i]) bin.fakes += weight;
  }
  return bins;
}

/**
 * Expected calibration error: the distance between mean probability and share of fakes, averaged over bins by their
 * number of items (Naeini et al. 2015; Guo et al. 2017). Biased upwards where bins hold few items.
 */
export const expectedCalibrationError: Statistic = (sample, weights) => {
  const bins = binSums(sample, weights);
  const total = bins.reduce((sum, { weight }) => sum + weight, 0);
  return bins.reduce((sum, { scores, fakes }) => sum + Math.abs(scores - fakes), 0) / total;
};

/** Mean squared distance between probability and truth (Brier 1950): 0 is perfect, 0.25 is "half-half" always. */
export const brierScore: Statistic = ({ scores, fake, size }, weights) => {
  let total = 0;
  let sum = 0;
  for (let i = 0; i < size; i += 1) {
    total += weights[i] ?? 0;
    sum += (weights[i] ?? 0) * ((scores[i] ?? 0) - (fake[i] ?? 0)) ** 2;
  }
  return sum / total;
};

/** One bar of the reliability diagram; empty bins have null means. */
export interface ReliabilityBin {
  from: number;
  to: number;
  count: number;
  meanProbability: number | null;
  shareFake: number | null;
}

export function reliability(sample: Sample): ReliabilityBin[] {
  return binSums(sample, unitWeights(sample)).map(({ weight, scores, fakes }, i) => ({
    from: i / reliabilityBins,
    to: (i + 1) / reliabilityBins,
    count: weight,
    meanProbability: weight > 0 ? scores / weight : null,
    shareFake: weight > 0 ? fakes / weight : null,
  }));
}
