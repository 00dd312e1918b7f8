import type { Packets } from './read-packets';

/** A decode clock that goes back by more than this was set anew: recordings put behind each other, a transport stream that was cut. Seconds. */
const jumpSeconds = 1;

/**
 * Frames are asked for by their time, and a time that comes twice leads to the first of the two.
 *
 * @returns the packets up to where the clock goes back, and how many seconds of video come behind
 */
export function beforeClockJump(packets: Packets): { packets: Packets; beyondSeconds: number } {
  const { pts, dts, key, shown, lastDuration } = packets;
  // Of two packets before and behind the seam: a single odd time is damage, and what follows goes on as before.
  const jump = dts.findIndex(
    (at, i) => i > 1 && Math.max(at, dts[i + 1] ?? Infinity) < Math.min(dts[i - 1]!, dts[i - 2]!) - jumpSeconds,
  );
  if (jump < 0) return { packets, beyondSeconds: 0 };
  const beyond = dts.slice(jump);
  const steps = beyond.slice(1).map((at, i) => Math.max(0, at - beyond[i]!));
  return {
    packets: {
      pts: pts.slice(0, jump),
      dts: dts.slice(0, jump),
      key: key.slice(0, jump),
      shown: shown.slice(0, jump),
      lastDuration,
    },
    beyondSeconds: steps.reduce((sum, step) => sum + step, lastDuration),
  };
}
