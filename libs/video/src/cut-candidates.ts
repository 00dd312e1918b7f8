import { Timeline, TimelineFrame } from './timeline';

/** A keyframe counts as off the grid when it comes this much earlier than the grid says, part of the grid's step. */
const earlyFraction = 0.1;

/**
 * Keyframes off the regular grid: an encoder that sees a cut puts a keyframe there, before the next one is due. With
 * a fixed distance between keyframes there are none; pixels decide later.
 */
export function cutCandidates({ frames }: Timeline): TimelineFrame[] {
  const keyframes = frames.filter(({ key }) => key);
  const gaps = keyframes.slice(1).map(({ seconds }, i) => seconds - (keyframes[i]?.seconds ?? seconds));
  // The longest distance is the grid: encoders cut groups short at scene changes and never make them longer.
  const grid = Math.max(0, ...gaps.slice(0, mostGaps));
  return keyframes.slice(1).filter((_, i) => (gaps[i] ?? 0) < grid * (1 - earlyFraction));
}

/** More arguments than this overflow the stack of a call; 100,000 keyframes are 4 hours at 7 a second. */
const mostGaps = 100_000;
