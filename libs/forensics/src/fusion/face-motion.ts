import { FaceObservation } from '@assay/contracts';

/** Fewer frames, or frames nearer to each other in time, do not show that a face stands still. */
const fewestFrames = 3;
const leastSeconds = 1;

/** All pairs of more frames than this cost time and tell the same; they are taken evenly from the track. */
const mostFrames = 64;

/** Share of the pairs that the measure stands above: a detector that slips in one frame of sixteen changes an eighth of them. */
const quantile = 0.75;

/**
 * Below this a face does not move. Stills looped and encoded at CRF 18 to 36 stay within 0.0007, the stillest of 64 filmed faces has
 * 0.0155, and none of them 0.0036 or less in any second; docs/decisions/027.
 */
export const leastMotion = 0.002;

/**
 * How much a face changes its shape over a track: full Procrustes distance of its five landmarks (Dryden and Mardia, 1998), without shift,
 * size and turn, of pairs of frames; their upper quartile. People who are filmed turn, speak and breathe; a picture that is repeated does not.
 *
 * @returns 0 (one shape throughout) to 1; null where too little was seen to tell, or the landmarks have no shape
 */
export function faceMotion(observations: readonly Pick<FaceObservation, 'seconds' | 'landmarks'>[]): number | null {
  const [first, last] = [observations[0], observations.at(-1)];
  if (!first || !last || observations.length < fewestFrames || last.seconds - first.seconds < leastSeconds) return null;
  const step = Math.max(1, observations.length / mostFrames);
  const count = Math.floor(observations.length / step);
  const shapes = Array.from({ length: count }, (_, i) => shapeOf(observations[Math.floor(i * step)]!.landmarks));
  const distances: number[] = [];
  for (const [i, shape] of shapes.entries()) {
    for (const other of shapes.slice(0, i)) {
      if (!shape || !other) return null;
      distances.push(procrustesDistance(shape, other));
    }
  }
  distances.sort((a, b) => a - b);
  return distances[Math.floor(quantile * distances.length)]!;
}

/** x and y of landmarks around their middle, with a squared sum of 1; null for landmarks in one place. */
function shapeOf(landmarks: readonly number[]): number[] | null {
  const points = landmarks.length / 2;
  const middle = [0, 1].map((axis) => landmarks.reduce((sum, value, i) => (i % 2 === axis ? sum + value : sum), 0));
  const centred = landmarks.map((value, i) => value - middle[i % 2]! / points);
  const size = Math.hypot(...centred);
  return size > 0 ? centred.map((value) => value / size) : null;
}

/** Of two shapes as complex numbers: sqrt(1 - |<a, b>|^2), which no turn of either changes. */
function procrustesDistance(a: readonly number[], b: readonly number[]): number {
  let [real, imaginary] = [0, 0];
  for (let i = 0; i < a.length; i += 2) {
    const [ax, ay, bx, by] = [a[i]!, a[i + 1]!, b[i]!, b[i + 1]!];
    real += ax * bx + ay * by;
    imaginary += ay * bx - ax * by;
  }
  return Math.sqrt(Math.max(0, 1 - real * real - imaginary * imaginary));
}
