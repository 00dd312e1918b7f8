import { ModelInput } from '@assay/contracts';
import { Picture } from '../faces/face-crop';

const channels = 3;

/** Dimensions of a batch of pictures in the layout that the model takes. */
export function tensorDims(
  { layout }: Pick<ModelInput, 'layout'>,
  count: number,
  width: number,
  height: number,
): number[] {
  return layout === 'nchw' ? [count, channels, height, width] : [count, height, width, channels];
}

/**
 * Writes an RGB24 picture as the model wants it: colour order, layout, (value - mean) * scale. The picture lies in the top left
 * corner; what it does not cover is black.
 *
 * @param values receives 3 x width x height values of one picture
 */
export function imageToTensor(
  picture: Picture,
  input: Pick<ModelInput, 'layout' | 'color' | 'mean' | 'scale'>,
  width: number,
  height: number,
  values: Float32Array,
): void {
  const planar = input.layout === 'nchw';
  const area = width * height;
  const step = planar ? 1 : channels;
  // A table of the 256 values each channel can have is faster than computing them.
  const [red, green, blue] = [0, 1, 2].map((channel) => {
    const place = input.color === 'rgb' ? channel : 2 - channel;
    const table = new Float32Array(256);
    for (let level = 0; level < 256; level += 1) table[level] = (level - input.mean[place]!) * input.scale[place]!;
    return { table, offset: planar ? place * area : place };
  }) as [Channel, Channel, Channel];
  if (picture.width < width || picture.height < height) {
    for (const { table, offset } of [red, green, blue]) {
      for (let to = offset, end = offset + area * step; to < end; to += step) values[to] = table[0]!;
    }
  }
  const { data } = picture;
  for (let y = 0, p = 0; y < picture.height; y += 1) {
    let to = y * width * step;
    for (let x = 0; x < picture.width; x += 1, to += step, p += channels) {
      values[to + red.offset] = red.table[data[p]!]!;
      values[to + green.offset] = green.table[data[p + 1]!]!;
      values[to + blue.offset] = blue.table[data[p + 2]!]!;
    }
  }
}

interface Channel {
  table: Float32Array;
  /** Of the channel's first value. */
  offset: number;
}
