const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/**
 * Pauses before each further try, ms: the example schedule of the Standard Webhooks specification, ten tries over three
 * days.
 */
export const retryPausesMs: readonly number[] = [
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
];

/** A pause is up to this share longer, so that what failed together does not come back together. */
const jitter = 0.2;
/** A receiver that asks for more is taken to mean this, ms. */
const longestRetryAfterMs = 24 * hourMs;

/**
 * @param triesMade in this series, at least 1
 * @param retryAfter the header of the last answer: seconds, or a date (RFC 9110, 10.2.3); the longer pause counts
 * @returns null when that was the last try
 */
export function pauseBefore(triesMade: number, retryAfter: string | null, now: number): number | null {
  const pause = retryPausesMs[triesMade - 1];
  if (pause === undefined) return null;
  return Math.max(pause * (1 + jitter * Math.random()), retryAfterMs(retryAfter, now));
}

function retryAfterMs(header: string | null, now: number): number {
  if (header === null) return 0;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * secondMs : Date.parse(header) - now;
  return ms > 0 ? Math.min(ms, longestRetryAfterMs) : 0;
}
