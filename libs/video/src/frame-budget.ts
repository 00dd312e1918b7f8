import { Policy } from '@assay/contracts';

/** Short clips get this many frames whatever their length: fewer make a verdict needlessly unsure. */
const fewestFrames = 16;
/** Each doubling of the length beyond a minute adds this part of the first minute's frames. */
const growthPerDoubling = 0.25;

/**
 * How many frames of a video are looked at: `perMinute` for a minute, growing with the logarithm of the length after
 * that, so that a long video costs little more than a short one. With 24 a minute: 16 for 10 s, 24 for 1 min, 44 for
 * 10 min, 59 for an hour. A budget that was asked for is what it is.
 */
export function frameBudget(durationSeconds: number, { perMinute, max, budget }: Policy['frames']): number {
  if (budget !== undefined) return budget;
  const minutes = durationSeconds / 60;
  const wanted = minutes <= 1 ? perMinute * minutes : perMinute * (1 + growthPerDoubling * Math.log2(minutes));
  return Math.max(1, Math.min(max, Math.max(Math.min(fewestFrames, perMinute), Math.round(wanted))));
}
