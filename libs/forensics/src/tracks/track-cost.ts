import { Box } from '@assay/contracts';
import { likeness } from '../faces/appearance';

/** A face at a moment, as far as following it needs. Positions in px of any one picture size. */
export interface Sighting {
  seconds: number;
  box: Box;
  appearance: number[];
}

/** Where a track is expected: its last box, moved on by its speed for a short while. */
export interface TrackState extends Sighting {
  /** Centre's speed, px per second; 0 while unknown. */
  velocityX: number;
  velocityY: number;
}

/** A speed is believed for this long: people do not keep walking the same way between two sparse frames. */
const maxExtrapolationSeconds = 0.6;

/** How far a face may be from where it was, in face sizes: at once, and for each second in between, up to the last. */
const gateAtOnce = 0.9;
const gatePerSecond = 1.6;
const gateAtMost = 4;

/** Larger or smaller by more than this factor from one frame to the next is another face. */
const maxScaleRatio = 2.2;

/** Below this likeness a pair needs overlapping boxes to be believed. Two people in one picture have ~0.2-0.6. */
const leastLikeness = 0.45;
const overlapInstead = 0.35;
/** After a long time somebody else may stand in the same place: only a face that looks the same is believed to be the same. */
const longSeconds = 6;
const leastLikenessAfterLong = 0.6;

/** What leaving a track without a face costs; a pair dearer than this is not made. */
export const missCost = 1;

/** Weights of the parts of a pair's cost; a pair that is as far, as unlike and as misshapen as is allowed costs more than a miss. */
const distanceWeight = 0.55;
const likenessWeight = 1.3;
const scaleWeight = 0.25;

const sizeOf = (box: Box) => Math.sqrt(Math.max(1, box[2] * box[3]));

/** Cost of taking `face` for the continuation of `track`; Infinity where that cannot be. */
export function continuationCost(track: TrackState, face: Sighting): number {
  const seconds = Math.max(0, face.seconds - track.seconds);
  const believed = Math.min(seconds, maxExtrapolationSeconds);
  const shiftX = track.velocityX * believed;
  const shiftY = track.velocityY * believed;
  const expected: Box = [track.box[0] + shiftX, track.box[1] + shiftY, track.box[2], track.box[3]];
  const size = Math.sqrt(sizeOf(expected) * sizeOf(face.box));
  const distance = centreDistance(expected, face.box) / size;
  const gate = Math.min(gateAtMost, gateAtOnce + gatePerSecond * seconds);
  if (distance > gate) return Infinity;
  const ratio = Math.max(sizeOf(expected) / sizeOf(face.box), sizeOf(face.box) / sizeOf(expected));
  if (ratio > maxScaleRatio) return Infinity;
  const alike = likeness(track.appearance, face.appearance);
  if (alike < leastLikeness && boxOverlap(expected, face.box) < overlapInstead) return Infinity;
  if (seconds > longSeconds && alike < leastLikenessAfterLong) return Infinity;
  return (
    (distanceWeight * distance) / gate +
    (likenessWeight * (1 - alike)) / 2 +
    (scaleWeight * Math.log(ratio)) / Math.log(maxScaleRatio)
  );
}

export function centreDistance(a: Box, b: Box): number {
  return Math.hypot(a[0] + a[2] / 2 - b[0] - b[2] / 2, a[1] + a[3] / 2 - b[1] - b[3] / 2);
}

/** Intersection over union. */
export function boxOverlap(a: Box, b: Box): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (a[2] * a[3] + b[2] * b[3] - width * height);
}
