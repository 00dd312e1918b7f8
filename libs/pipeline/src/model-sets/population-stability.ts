/**
 * The population stability index of two histograms over the same intervals:
 *
 *   PSI = Σ (nᵢ − rᵢ) · ln(nᵢ / rᵢ)
 *
 * with the shares nᵢ (now) and rᵢ (reference) of the intervals: the Jeffreys divergence of the two (Siddiqi, Credit Risk Scorecards,
 * 2006, where 0.1 and 0.25 are the customary marks). Intervals without a count get half of one, as ln 0 is none.
 *
 * @returns null when either histogram is empty
 */
export function populationStability(reference: readonly number[], now: readonly number[]): number | null {
  const [total, totalNow] = [sum(reference), sum(now)];
  if (total === 0 || totalNow === 0) return null;
  const share = (count: number, of: number): number => (count + halfCount) / (of + halfCount * reference.length);
  return reference.reduce((psi, count, i) => {
    const [r, n] = [share(count, total), share(now[i] ?? 0, totalNow)];
    return psi + (n - r) * Math.log(n / r);
  }, 0);
}

const halfCount = 0.5;

/**
 * The index to expect of two samples of one and the same population: (B − 1) · (1/N + 1/M), as N·M/(N+M) · PSI is close to a χ² with
 * B − 1 degrees of freedom (Yurdakul, Statistical Properties of Population Stability Index, 2018).
 */
export function stabilityByChance(intervals: number, scores: number, referenceScores: number): number {
  return (intervals - 1) * (1 / scores + 1 / referenceScores);
}

/** Share of the reference in an interval: ten of them, as is customary. */
const intervalShare = 0.1;

/**
 * Joins neighbouring intervals of a reference until each holds about a tenth of it.
 *
 * @returns for each joined interval the number of its last one; the last joined interval ends with the last one
 */
export function joinIntervals(reference: readonly number[]): number[] {
  const wanted = sum(reference) * intervalShare;
  const ends: number[] = [];
  let held = 0;
  for (const [i, count] of reference.entries()) {
    held += count;
    if (held < wanted || wanted === 0) continue;
    ends.push(i);
    held = 0;
  }
  // What is left over is less than a tenth: it belongs to its neighbour.
  ends[Math.max(0, ends.length - 1)] = reference.length - 1;
  return ends;
}

/** Counts of joined intervals. */
export function joined(histogram: readonly number[], ends: readonly number[]): number[] {
  return ends.map((end, i) => sum(histogram.slice((ends[i - 1] ?? -1) + 1, end + 1)));
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
