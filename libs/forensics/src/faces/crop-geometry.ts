import { Box } from '@assay/contracts';

/** Where a face crop lies in its picture: centre, unit axes and face size F, all in picture px. */
export interface CropGeometry {
  centreX: number;
  centreY: number;
  /** Unit vector along the crop's rows: along the eyes where roll is removed, else rightwards in the picture. */
  uxX: number;
  uxY: number;
  /** Face size F: about the longer side of the box around a face mesh. */
  faceSize: number;
}

/** Centre of the crop on the way from the middle of the eyes to the middle of the mouth. */
const centreDown = 0.41;

/** F in units of the larger of eye distance and eye-mouth distance. */
const faceSizePerSpan = 2.3;

/** Landmarks closer than this give no direction: no crop. */
const minSpanPx = 1;

/**
 * Position of the crop, face-crop-v1 (the same definition as `training/assay_training/crop.py`).
 *
 * @param landmarks x, y of right eye, left eye, nose, right mouth corner, left mouth corner (the person's right)
 * @returns null where eyes or mouth are less than a pixel apart
 */
export function cropGeometry(landmarks: ArrayLike<number>): CropGeometry | null {
  const at = (index: number) => landmarks[index] ?? NaN;
  const eyesX = (at(0) + at(2)) / 2;
  const eyesY = (at(1) + at(3)) / 2;
  const acrossX = at(2) - at(0);
  const acrossY = at(3) - at(1);
  const downX = (at(6) + at(8)) / 2 - eyesX;
  const downY = (at(7) + at(9)) / 2 - eyesY;
  const eyeSpan = Math.hypot(acrossX, acrossY);
  const mouthSpan = Math.hypot(downX, downY);
  // Written so that NaN landmarks are degenerate as well.
  if (!(eyeSpan >= minSpanPx && mouthSpan >= minSpanPx)) return null;
  const uxX = acrossX / eyeSpan + downY / mouthSpan;
  const uxY = acrossY / eyeSpan - downX / mouthSpan;
  const length = Math.hypot(uxX, uxY);
  if (length < 1e-6) return null;
  return {
    centreX: eyesX + centreDown * downX,
    centreY: eyesY + centreDown * downY,
    uxX: uxX / length,
    uxY: uxY / length,
    faceSize: faceSizePerSpan * Math.max(eyeSpan, mouthSpan),
  };
}

/** Sides shorter than this hold no face: no crop. */
const minSidePx = 1;

/**
 * Position of the upright crop, face-box-v1 (the same definition as `training/assay_training/crop.py`): the middle of the
 * detector's box, F its longer side.
 *
 * @param box x, y, width, height in px; its edges lie between pixels, so that the whole picture is 0, 0, width, height
 * @returns null where a side is shorter than a pixel
 */
export function boxGeometry([x, y, width, height]: Box): CropGeometry | null {
  if (!(width >= minSidePx && height >= minSidePx)) return null;
  // Pixel centres are whole numbers: half a pixel less than where the edges put it.
  const centre = { centreX: x + width / 2 - 0.5, centreY: y + height / 2 - 0.5 };
  return { ...centre, uxX: 1, uxY: 0, faceSize: Math.max(width, height) };
}

/** Moves a crop's centre along its own axes, to the right and down, in face sizes. */
export function shifted(geometry: CropGeometry, [right, down]: readonly [number, number]): CropGeometry {
  const { centreX, centreY, uxX, uxY, faceSize } = geometry;
  return {
    ...geometry,
    centreX: centreX + faceSize * (right * uxX - down * uxY),
    centreY: centreY + faceSize * (right * uxY + down * uxX),
  };
}
