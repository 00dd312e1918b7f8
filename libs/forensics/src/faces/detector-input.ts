import { ModelEntry } from '@assay/contracts';
import { areaAverageRgb } from './area-average';
import { Picture } from './face-crop';

/** A picture made ready for the face detector, and the way back. */
export interface DetectorInput {
  /** 1 x 3 x height x width. */
  values: Float32Array;
  width: number;
  height: number;
  /** Picture px per detector px, along x and y. */
  scaleX: number;
  scaleY: number;
  /** The downscaled picture itself, RGB24, without the padding. */
  small: Picture;
}

/** Sizes used where a manifest entry states none. */
const defaultLongSide = 640;
const defaultMultipleOf = 32;

/**
 * Letterbox: the picture is reduced by area averaging so that its long side fits the detector (never enlarged), laid in
 * the top left corner, and padded right and below with black, as in training.
 */
export function detectorInput(picture: Picture, { input }: Pick<ModelEntry, 'input'>): DetectorInput {
  const longSide = input.longSide ?? defaultLongSide;
  const multiple = input.multipleOf ?? defaultMultipleOf;
  const shrink = Math.min(1, longSide / Math.max(picture.width, picture.height));
  const smallWidth = Math.max(1, Math.round(picture.width * shrink));
  const smallHeight = Math.max(1, Math.round(picture.height * shrink));
  const small = areaAverageRgb(picture, smallWidth, smallHeight);
  const width = Math.ceil(smallWidth / multiple) * multiple;
  const height = Math.ceil(smallHeight / multiple) * multiple;
  const values = new Float32Array(3 * width * height);
  for (let plane = 0; plane < 3; plane += 1) {
    const channel = input.color === 'rgb' ? plane : 2 - plane;
    const mean = input.mean[plane]!;
    const scale = input.scale[plane]!;
    values.fill(-mean * scale, plane * height * width, (plane + 1) * height * width);
    for (let y = 0; y < smallHeight; y += 1) {
      let from = y * smallWidth * 3 + channel;
      let to = (plane * height + y) * width;
      for (let x = 0; x < smallWidth; x += 1) {
        values[to] = (small.data[from]! - mean) * scale;
        from += 3;
        to += 1;
      }
    }
  }
  return {
    values,
    width,
    height,
    scaleX: picture.width / smallWidth,
    scaleY: picture.height / smallHeight,
    small,
  };
}
