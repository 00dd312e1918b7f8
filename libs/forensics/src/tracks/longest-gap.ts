/** For how long a face may go unseen where frames are near each other, seconds. */
const gapSeconds = 6;
/** Where they are further apart, as in long videos: this many of their distances. */
const gapFrames = 2.5;

/**
 * How long a face may go unseen and still be the same one. A video of ten minutes is looked at every 14 s, one of an hour every 61: a
 * face that was given up after six seconds would be seen once, there, and never judged.
 *
 * @param framesSeconds of the frames that are looked at, ascending
 */
export function longestGap(framesSeconds: readonly number[]): number {
  const distances = framesSeconds.slice(1).map((at, i) => at - framesSeconds[i]!);
  const middle = distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
  return Math.max(gapSeconds, gapFrames * middle);
}
