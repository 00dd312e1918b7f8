export const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

/** log(sum of exp) without overflow; -Infinity for nothing. */
export function logSumExp(values: number[]): number {
  const most = Math.max(...values);
  if (!Number.isFinite(most)) return -Infinity;
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

/** Log odds that at least one of two independent things holds, from the log odds of each. */
export function eitherLogit(a: number, b: number): number {
  // p = 1 - (1 - p_a)(1 - p_b) in log odds: exp(logit) = (1 + e^a)(1 + e^b) - 1.
  return logSumExp([a, b, a + b]);
}

/** A probability for which both answers were equally likely beforehand, where `prevalence` of the items are forged (Bayes). */
export function atPrevalence(probability: number, prevalence: number): number {
  const forged = probability * prevalence;
  return forged / (forged + (1 - probability) * (1 - prevalence));
}

export interface Weighted {
  value: number;
  weight: number;
}

/** Weighted mean; NaN for nothing. */
export function weightedMean(items: Weighted[]): number {
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  return items.reduce((sum, { value, weight }) => sum + value * weight, 0) / total;
}

/** Kish's effective number of items: as many equally weighted ones would tell as much. */
export function effectiveCount(items: Weighted[]): number {
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  const squares = items.reduce((sum, { weight }) => sum + weight * weight, 0);
  return squares > 0 ? (total * total) / squares : 0;
}

/** Lower median; NaN for nothing. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}

export const round = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits;
