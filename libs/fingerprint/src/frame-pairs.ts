import type { FrameMatch } from './align-videos';
import { hashWords, matchDistance, popcount } from './hash256';

/** Usable frames of a video, packed, as there are millions. */
export interface PackedFrames {
  /** Eight words a frame. */
  hashes: Uint32Array;
  seconds: Float64Array;
}

export interface FramePairs {
  /** For each frame of the query that looks like one of the known, the nearest of those, the earliest of equals; in the order of the query. */
  nearest: FrameMatch[];
  /** Known frames that a frame of the query looks like. */
  knownFound: number;
  /** Every pair of frames that look alike; where there are more than `mostPairs`, those of every so manieth frame of the query. */
  pairs: FrameMatch[];
  /** Times of the query's frames that `pairs` were taken of. */
  seconds: number[];
}

/** In a still scene each frame looks like all others: 230,000 pairs of two minutes, and one frame in eight says as much about where they meet. */
const mostPairs = 30_000;
const far = 255;

/** Compares each frame of a query with each of something known. Takes 5 ms for two videos of 480 frames. */
export function pairFrames(query: PackedFrames, known: PackedFrames): FramePairs {
  const [asked, given] = [query.seconds.length, known.seconds.length];
  const distances = new Uint8Array(asked * given).fill(far);
  const isFound = new Uint8Array(given);
  const nearest: FrameMatch[] = [];
  let count = 0;
  for (let i = 0; i < asked; i += 1) {
    let best: FrameMatch | null = null;
    for (let j = 0; j < given; j += 1) {
      const distance = distanceOf(query.hashes, i * hashWords, known.hashes, j * hashWords);
      if (distance > matchDistance) continue;
      distances[i * given + j] = distance;
      isFound[j] = 1;
      count += 1;
      const knownSeconds = known.seconds[j]!;
      const isNearer =
        !best || distance < best.distance || (distance === best.distance && knownSeconds < best.knownSeconds);
      if (isNearer) best = { seconds: query.seconds[i]!, knownSeconds, distance };
    }
    if (best) nearest.push(best);
  }
  const every = Math.max(1, Math.ceil(count / mostPairs));
  const taken = Array.from({ length: Math.ceil(asked / every) }, (_, at) => at * every);
  const pairs: FrameMatch[] = [];
  for (const i of taken) {
    for (let j = 0; j < given; j += 1) {
      const distance = distances[i * given + j]!;
      if (distance !== far) pairs.push({ seconds: query.seconds[i]!, knownSeconds: known.seconds[j]!, distance });
    }
  }
  return {
    nearest,
    knownFound: isFound.reduce((sum, found) => sum + found, 0),
    pairs,
    seconds: taken.map((i) => query.seconds[i]!),
  };
}

/** Given up as soon as it is too far to match. */
function distanceOf(a: Uint32Array, atA: number, b: Uint32Array, atB: number): number {
  let bits = 0;
  for (let i = 0; i < hashWords && bits <= matchDistance; i += 1) bits += popcount(a[atA + i]! ^ b[atB + i]!);
  return bits;
}
