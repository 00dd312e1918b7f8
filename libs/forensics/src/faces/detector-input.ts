import { ModelEntry } from '@assay/contracts';
import { imageToTensor } from '../inference/image-to-tensor';
import { areaAverageRgb } from './area-average';
import { Picture } from './face-crop';

/** A picture made ready for the face detector, and the way back. */
export interface DetectorInput {
  /** One picture in the model's layout. */
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
 * Letterbox: the picture is reduced by area averaging so that it fits the detector (never enlarged), laid in the top left
 * corner, and padded right and below with black, as in training. A detector of fixed size gets that size, any other the
 * smallest multiple that holds the picture.
 */
export function detectorInput(picture: Picture, { input }: Pick<ModelEntry, 'input'>): DetectorInput {
  const longSide = input.longSide ?? defaultLongSide;
  const multiple = input.multipleOf ?? defaultMultipleOf;
  const most = { width: input.width ?? longSide, height: input.height ?? longSide };
  const shrink = Math.min(1, most.width / picture.width, most.height / picture.height);
  const smallWidth = Math.max(1, Math.round(picture.width * shrink));
  const smallHeight = Math.max(1, Math.round(picture.height * shrink));
  const small = areaAverageRgb(picture, smallWidth, smallHeight);
  const width = input.width ?? Math.ceil(smallWidth / multiple) * multiple;
  const height = input.height ?? Math.ceil(smallHeight / multiple) * multiple;
  const values = new Float32Array(3 * width * height);
  imageToTensor(small, input, width, height, values);
  return {
    values,
    width,
    height,
    scaleX: picture.width / smallWidth,
    scaleY: picture.height / smallHeight,
    small,
  };
}
