import { imageToTensor, tensorDims } from './image-to-tensor';

/** Holds: both layouts and both colour orders have the same values in their own places; what a picture does not cover is black. */
describe('imageToTensor', () => {
  const picture = { width: 2, height: 2, data: Uint8Array.from([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120]) };
  const norm = { mean: [1, 2, 3], scale: [1, 10, 100] } as { mean: [number, number, number]; scale: [number, number, number] }; // prettier-ignore
  const make = (layout: 'nchw' | 'nhwc', color: 'rgb' | 'bgr', width: number, height: number) => {
    const values = new Float32Array(3 * width * height).fill(NaN);
    imageToTensor(picture, { layout, color, ...norm }, width, height, values);
    return [...values];
  };

  it('writes planes or pixels, in the colour order of the model', () => {
    const red = [9, 39, 69, 99];
    const green = [180, 480, 780, 1080];
    const blue = [2700, 5700, 8700, 11700];
    expect(make('nchw', 'rgb', 2, 2)).toEqual([...red, ...green, ...blue]);
    expect(make('nhwc', 'rgb', 2, 2)).toEqual(red.flatMap((value, i) => [value, green[i], blue[i]]));
    expect(make('nchw', 'bgr', 2, 2).slice(0, 4)).toEqual([29, 59, 89, 119]);
    expect(make('nhwc', 'bgr', 2, 2).slice(0, 3)).toEqual([29, 180, 700]);
  });

  it.each(['nchw', 'nhwc'] as const)('pads %s with black, to the right and below', (layout) => {
    const padded = make(layout, 'rgb', 3, 4);
    const at = (x: number, y: number, channel: number) =>
      padded[layout === 'nchw' ? channel * 12 + y * 3 + x : (y * 3 + x) * 3 + channel];
    for (const channel of [0, 1, 2]) {
      const black = -norm.mean[channel]! * norm.scale[channel]!;
      const outside = [[2, 0], [2, 1], [0, 2], [1, 3], [2, 3]] as const; // prettier-ignore
      expect(outside.map(([x, y]) => at(x, y, channel))).toEqual(outside.map(() => black));
    }
    expect([at(1, 1, 0), at(1, 1, 1), at(1, 1, 2)]).toEqual([99, 1080, 11700]);
  });

  it('names dimensions in the order of the layout', () => {
    expect(tensorDims({ layout: 'nchw' }, 2, 5, 4)).toEqual([2, 3, 4, 5]);
    expect(tensorDims({ layout: 'nhwc' }, 2, 5, 4)).toEqual([2, 4, 5, 3]);
  });
});
