/** First pause, ms; doubles each time. */
const firstPauseMs = 2_000;
/** A store that comes back is noticed within this, and a fleet that waits asks this seldom, ms. */
const longestPauseMs = 60_000;

/**
 * How long a job waits for a store or a Redis that did not answer.
 *
 * @param before pauses that it has had already
 * @param at uniform in [0, 1): half of the pause is by chance, or a whole fleet would come back at once
 * @returns ms
 */
export function outagePauseMs(before: number, at = Math.random()): number {
  const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.max(0, before));
  return Math.round(pause * (0.5 + at / 2));
}
