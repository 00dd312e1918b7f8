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
  return {
    values: planes(small, width, height, input),
    width,
    height,
    scaleX: picture.width / smallWidth,
    scaleY: picture.height / smallHeight,
    small,
  };
}

/** The picture as 3 x height x width, normalised; what it does not cover is black. */
function planes(small: Picture, width: number, height: number, input: ModelEntry['input']): Float32Array {
  const area = width * height;
  const values = new Float32Array(3 * area);
  // A table of the 256 values each channel can have is faster than computing them.
  const tables = [0, 1, 2].map((channel) => {
    const plane = input.color === 'rgb' ? channel : 2 - channel;
    const table = new Float32Array(256);
    for (let level = 0; level < 256; level += 1) table[level] = (level - input.mean[plane]!) * input.scale[plane]!;
    values.fill(table[0]!, plane * area, (plane + 1) * area);
    return { table, values: values.subarray(plane * area, (plane + 1) * area) };
  });
  const [red, green, blue] = tables as [Channel, Channel, Channel];
  for (let y = 0, p = 0; y < small.height; y += 1) {
    for (let to = y * width; to < y * width + small.width; to += 1, p += 3) {
      red.values[to] = red.table[small.data[p]!]!;
      green.values[to] = green.table[small.data[p + 1]!]!;
      blue.values[to] = blue.table[small.data[p + 2]!]!;
    }
  }
  return values;
}

interface Channel {
  table: Float32Array;
  values: Float32Array;
}
