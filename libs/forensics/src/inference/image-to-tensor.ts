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
    return { table, values: values.subarray(planar ? place * area : place) };
  }) as [Channel, Channel, Channel];
  const pad = (from: number, to: number) => {
    for (const { table, values: own } of [red, green, blue]) {
      if (planar) own.fill(table[0]!, from, to);
      else for (let i = from * step; i < to * step; i += step) own[i] = table[0]!;
    }
  };
  pad(picture.height * width, area);
  if (picture.width < width) {
    for (let y = 0; y < picture.height; y += 1) pad(y * width + picture.width, (y + 1) * width);
  }
  const { data } = picture;
  for (let y = 0, p = 0; y < picture.height; y += 1) {
    const end = (y * width + picture.width) * step;
    for (let to = y * width * step; to < end; to += step, p += channels) {
      red.values[to] = red.table[data[p]!]!;
      green.values[to] = green.table[data[p + 1]!]!;
      blue.values[to] = blue.table[data[p + 2]!]!;
    }
  }
}

interface Channel {
  table: Float32Array;
  /** From the channel's first value on. */
  values: Float32Array;
}
