import { FaceQuality } from '@assay/contracts';
import { CropGeometry } from './crop-geometry';
import { measureMargin, measureSize } from './measure-face';

/** Part of the measuring crop that is face: one face size across. */
const inner = Math.round(measureSize / measureMargin);

/** How much a face counts falls from 1 at `good` to `least` at `bad`, in a straight line. */
interface Ramp {
  bad: number;
  good: number;
  least: number;
}

/** Face size F, px. Below 48 px compression leaves no trace of a blend; from ~128 px a 224 px input is filled. */
const sizeRamp: Ramp = { bad: 40, good: 128, least: 0.35 };
/** Variance of the Laplacian. */
const sharpnessRamp: Ramp = { bad: 6, good: 45, least: 0.15 };
/** Mean luma: noise covers dark faces, clipping empties bright ones. */
const darkRamp: Ramp = { bad: 18, good: 55, least: 0.15 };
const brightRamp: Ramp = { bad: 245, good: 215, least: 0.15 };
/** |yaw|, |pitch|: a turned head hides the blend's border on one side, and landmarks get unsure. */
const yawRamp: Ramp = { bad: 1, good: 0.45, least: 0.25 };
const pitchRamp: Ramp = { bad: 1, good: 0.55, least: 0.4 };
/** Detector score: weak detections are half-hidden faces, or none. */
const scoreRamp: Ramp = { bad: 0.4, good: 0.75, least: 0.4 };

/** Below this a face is of no use for a verdict. */
export const usableWeight = 0.04;

/** Nose on the way from the eyes to the mouth in a frontal face. */
const frontalNose = 0.56;
/** Change of that share which counts as a full nod. */
const noseTravel = 0.4;
/** Nose off the middle line, in units of the larger of eye distance and 0.9 x eye-mouth distance, at a full turn. */
const noseTurn = 0.5;

/**
 * Measures how well a face can be judged.
 *
 * @param luma of the measuring crop, `measureSize` x `measureSize`, 0-255
 */
export function measureQuality(
  geometry: CropGeometry,
  landmarks: ArrayLike<number>,
  luma: Float32Array,
  detectorScore: number,
): FaceQuality {
  const { yaw, pitch } = headPose(geometry, landmarks);
  const sharpness = laplacianVariance(luma);
  const exposure = innerMean(luma);
  const weight =
    along(sizeRamp, geometry.faceSize) *
    along(sharpnessRamp, sharpness) *
    along(darkRamp, exposure) *
    along(brightRamp, exposure) *
    along(yawRamp, Math.abs(yaw)) *
    along(pitchRamp, Math.abs(pitch)) *
    along(scoreRamp, detectorScore);
  const roll = (Math.atan2(geometry.uxY, geometry.uxX) * 180) / Math.PI;
  return { sizePx: geometry.faceSize, sharpness, exposure, yaw, pitch, roll, weight };
}

function along({ bad, good, least }: Ramp, value: number): number {
  const share = Math.min(1, Math.max(0, (value - bad) / (good - bad)));
  return least + (1 - least) * share;
}

/** Turn and nod, -1..1 (1 = the nose points to the picture's right, or down), from where the nose lies between eyes and mouth. */
function headPose({ uxX, uxY }: CropGeometry, landmarks: ArrayLike<number>): { yaw: number; pitch: number } {
  const at = (index: number) => landmarks[index] ?? 0;
  // In face axes: u along the eyes, v downwards.
  const u = (point: number) => at(2 * point) * uxX + at(2 * point + 1) * uxY;
  const v = (point: number) => -at(2 * point) * uxY + at(2 * point + 1) * uxX;
  const eyesU = (u(0) + u(1)) / 2;
  const eyesV = (v(0) + v(1)) / 2;
  const mouthU = (u(3) + u(4)) / 2;
  const mouthV = (v(3) + v(4)) / 2;
  const height = Math.max(1, mouthV - eyesV);
  const share = (v(2) - eyesV) / height;
  const middle = eyesU + (mouthU - eyesU) * share;
  const unit = Math.max(Math.abs(u(1) - u(0)), 0.9 * height);
  return {
    yaw: clampUnit((u(2) - middle) / (noseTurn * unit)),
    pitch: clampUnit((share - frontalNose) / noseTravel),
  };
}

const clampUnit = (value: number) => Math.min(1, Math.max(-1, value));

/** Variance of the 4-neighbour Laplacian over the inner face. */
function laplacianVariance(luma: Float32Array): number {
  const low = (measureSize - inner) >> 1;
  const high = low + inner;
  let sum = 0;
  let squares = 0;
  for (let y = low; y < high; y += 1) {
    for (let x = low; x < high; x += 1) {
      const p = y * measureSize + x;
      const value = 4 * luma[p]! - luma[p - 1]! - luma[p + 1]! - luma[p - measureSize]! - luma[p + measureSize]!;
      sum += value;
      squares += value * value;
    }
  }
  const count = inner * inner;
  return squares / count - (sum / count) ** 2;
}

function innerMean(luma: Float32Array): number {
  const low = (measureSize - inner) >> 1;
  let sum = 0;
  for (let y = low; y < low + inner; y += 1) {
    for (let x = low; x < low + inner; x += 1) sum += luma[y * measureSize + x]!;
  }
  return sum / (inner * inner);
}
