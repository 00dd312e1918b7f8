/** A frame of the query that looks like a frame of something known. */
export interface FrameMatch {
  seconds: number;
  knownSeconds: number;
  /** Bits, 0 to 31. */
  distance: number;
}

/** How a query lies on a known video. */
export interface Alignment {
  /** Known time minus the query's, seconds. */
  offsetSeconds: number;
  /**
   * Of the frames that can be compared at that offset, those that look alike, 0 to 1: frames of the side that has fewer, as
   * far as the other one has a frame of that moment.
   */
  share: number;
  /** Frames that can be compared, and those of them that look alike. */
  compared: number;
  matched: number;
  /** Usable frames of the side that has fewer. */
  fewest: number;
  /** Median distance of those that look alike, bits. */
  distance: number;
  /** Length of the common stretch beside the length of each side, 0 to 1. */
  queryCovered: number;
  knownCovered: number;
}

/** Times of usable frames, ascending, and how long the video is; null where that is not known. */
export interface FrameTimes {
  seconds: readonly number[];
  durationSeconds: number | null;
}

/**
 * Frames of the same moment are sampled this far apart at most, seconds; where both sides are sampled more rarely, half of
 * the denser side's step. People who talk move a hash by a few bits in that time, scenes of action by too many: what is
 * sampled more densely is found more surely.
 */
const momentSeconds = 0.2;

/**
 * Finds the offset at which most frames look alike, and how many do there. A clip and its excerpt agree at one offset, in
 * whatever frames the two were sampled; two videos that have a title card in common agree in a moment and not around it.
 *
 * @param pairs every pair of frames within the match distance
 * @returns null when there is none
 */
export function alignVideos(pairs: readonly FrameMatch[], query: FrameTimes, known: FrameTimes): Alignment | null {
  if (pairs.length === 0) return null;
  const within = Math.max(momentSeconds, Math.min(stepOf(query.seconds), stepOf(known.seconds)) / 2 + 1e-3);
  const offset = bestOffset(pairs, within);
  const agreeing = pairs.filter(({ seconds, knownSeconds }) => Math.abs(knownSeconds - seconds - offset) <= within);
  const shifted = query.seconds.map((seconds) => seconds + offset);
  const comparable = {
    query: countNear(shifted, known.seconds, within),
    known: countNear(known.seconds, shifted, within),
  };
  const queryIsSparser = comparable.query <= comparable.known;
  const compared = queryIsSparser ? comparable.query : comparable.known;
  const best = new Map<number, number>();
  for (const pair of agreeing) {
    const moment = queryIsSparser ? pair.seconds : pair.knownSeconds;
    best.set(moment, Math.min(best.get(moment) ?? Infinity, pair.distance));
  }
  const distances = [...best.values()].sort((a, b) => a - b);
  const [queryLength, knownLength] = [lengthOf(query), lengthOf(known)];
  const common = Math.min(queryLength + offset, knownLength) - Math.max(offset, 0);
  return {
    offsetSeconds: offset,
    share: distances.length / Math.max(1, compared),
    compared,
    matched: distances.length,
    fewest: Math.min(query.seconds.length, known.seconds.length),
    distance: distances[distances.length >> 1]!,
    queryCovered: shareOf(common, queryLength),
    knownCovered: shareOf(common, knownLength),
  };
}

/** The middle of the window of offsets in which the most frames of the query have a partner. */
function bestOffset(pairs: readonly FrameMatch[], within: number): number {
  const sorted = pairs
    .map(({ seconds, knownSeconds, distance }) => ({ seconds, offset: knownSeconds - seconds, distance }))
    .sort((a, b) => a.offset - b.offset);
  const inside = new Map<number, number>();
  let best = { frames: 0, nearness: 0, offset: 0 };
  let nearness = 0;
  let from = 0;
  sorted.forEach((pair) => {
    inside.set(pair.seconds, (inside.get(pair.seconds) ?? 0) + 1);
    nearness += weightOf(pair.distance);
    for (; pair.offset - sorted[from]!.offset > within; from += 1) {
      const left = sorted[from]!;
      const count = inside.get(left.seconds)! - 1;
      nearness -= weightOf(left.distance);
      if (count === 0) inside.delete(left.seconds);
      else inside.set(left.seconds, count);
    }
    if (inside.size > best.frames || (inside.size === best.frames && nearness > best.nearness)) {
      best = { frames: inside.size, nearness, offset: (sorted[from]!.offset + pair.offset) / 2 };
    }
  });
  return best.offset;
}

/** In a still scene every offset has as many partners: the nearest in looks decide. Bits of 32. */
const weightOf = (distance: number): number => 32 - distance;

/** How many of these ascending times have one of the others near. */
function countNear(times: readonly number[], others: readonly number[], within: number): number {
  let at = 0;
  return times.filter((time) => {
    while (at < others.length && others[at]! < time - within) at += 1;
    return at < others.length && others[at]! <= time + within;
  }).length;
}

/** Median distance of neighbours; of a single frame there is none. */
function stepOf(times: readonly number[]): number {
  if (times.length < 2) return 0;
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  return gaps.sort((a, b) => a - b)[gaps.length >> 1]!;
}

/** Lists say nothing of the length: up to the last frame and a step more. */
function lengthOf({ seconds, durationSeconds }: FrameTimes): number {
  return durationSeconds ?? (seconds[seconds.length - 1] ?? 0) + stepOf(seconds);
}

function shareOf(common: number, length: number): number {
  return length <= 0 ? 1 : Math.max(0, Math.min(1, common / length));
}
