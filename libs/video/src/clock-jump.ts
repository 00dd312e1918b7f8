import { median } from './median';
import type { Packets } from './read-packets';

/** A decode clock that goes back by more than this was set anew: recordings put behind each other, a transport stream that was cut. Seconds. */
const jumpSeconds = 1;

/**
 * Frames are asked for by their time, and a time that comes twice leads to the first of the two.
 *
 * @returns the packets without those whose times were there before the clock went back, and how many seconds of video these are
 */
export function withoutRepeatedTimes(packets: Packets): { packets: Packets; hiddenSeconds: number } {
  const { pts, dts, key, shown, lastDuration } = packets;
  // What a container cuts off (the way from a keyframe to where an edit begins) lies before what is shown, and is no jump.
  const seen = pts.map((_, i) => i).filter((i) => shown[i]);
  const at = (n: number): number => dts[seen[n] ?? -1] ?? Infinity;
  const jumps = new Set<number>();
  seen.forEach((i, n) => {
    // Of two packets before and behind the seam: a single odd time is damage, and what follows goes on as before.
    if (n > 1 && Math.max(at(n), at(n + 1)) < Math.min(at(n - 1), at(n - 2)) - jumpSeconds) jumps.add(i);
  });
  if (jumps.size === 0) return { packets, hiddenSeconds: 0 };
  let [latest, taken, hidden] = [-Infinity, -Infinity, 0];
  const kept = pts.map((time, i) => {
    if (jumps.has(i)) taken = latest;
    if (shown[i]) latest = Math.max(latest, time);
    if (time > taken) return true;
    if (shown[i]) hidden += 1;
    return false;
  });
  const usualStep = median(dts.slice(1).map((time, i) => time - dts[i]!));
  const keep = <T>(values: T[]): T[] => values.filter((_, i) => kept[i]);
  return {
    packets: { pts: keep(pts), dts: keep(dts), key: keep(key), shown: keep(shown), lastDuration },
    hiddenSeconds: hidden * Math.max(0, usualStep),
  };
}
