import { logSumExp } from './statistics';

export interface TrackEvidence {
  logit: number;
  deviation: number;
  /** How much of the video this face is: sum of the quality weights of its observations. */
  prominence: number;
}

/**
 * Log odds that the video holds a forged face. Exactly one face is taken to be forged if any is, a prominent one more likely
 * (by the square root of its prominence), so the likelihood ratio of the video is the mean of the tracks' ratios: one clearly
 * forged face among several shows, and forty authentic ones do not add up to an alarm.
 *
 * @returns null for no tracks
 */
export function estimateVideo(tracks: TrackEvidence[]): { logit: number; deviation: number } | null {
  if (tracks.length === 0) return null;
  const priors = tracks.map(({ prominence }) => Math.sqrt(Math.max(1e-6, prominence)));
  const total = priors.reduce((sum, prior) => sum + prior, 0);
  const terms = tracks.map(({ logit }, i) => logit + Math.log(priors[i]! / total));
  const logit = logSumExp(terms);
  // First-order error propagation: each track counts by its share of the mean ratio.
  const variance = tracks.reduce((sum, { deviation }, i) => sum + (Math.exp(terms[i]! - logit) * deviation) ** 2, 0);
  return { logit, deviation: Math.sqrt(variance) };
}
