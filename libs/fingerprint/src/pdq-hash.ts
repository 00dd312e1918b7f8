import { dctBand, gridSize } from './dct';
import { gradientQuality } from './gradient-quality';
import { type Hash256, hashWords } from './hash256';
import { decimate, jaroszFilter } from './jarosz-filter';
import { tentTaps } from './tent-taps';
import { bitsAboveMedian } from './threshold';

/** One luminance picture, height x width, row by row, 0 to 255. */
export interface Picture {
  luma: Uint8Array | Float32Array;
  width: number;
  height: number;
}

export interface PdqResult {
  hash: Hash256;
  /** 0 (nothing to see) to 100. */
  quality: number;
}

/** Hashes of pictures with less to see than this match things that they don't show; by PDQ's own recommendation. */
export const minQuality = 50;
/** Smaller pictures have no hash, px. */
const minSide = 5;

/**
 * PDQ, the perceptual picture hash of Meta's ThreatExchange, bit for bit as its C++ reference computes it from luminance:
 * two passes of a Jarosz box filter down to 64 x 64, a DCT of which 16 x 16 low frequencies are kept, one bit each for
 * being above their median. Specification: "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm",
 * https://github.com/facebook/ThreatExchange/blob/main/hashing/hashing.pdf; reference: `pdq/cpp` in the same repository.
 *
 * @returns the hash, and how far it can be trusted; all zero with quality 0 for a picture of less than 5 px a side
 * @throws RangeError when the picture holds other than width x height samples
 */
export function pdqHash(picture: Picture): PdqResult {
  const { band, quality } = pdqBand(picture);
  return { hash: band ? bitsAboveMedian(band) : new Uint32Array(hashWords), quality };
}

/**
 * The same hash but for rounding, which moves a bit or two now and then, at a tenth of the cost: only what the 64 x 64 grid
 * needs of the filtered picture is computed. For hashes by the hundred; lists for others are made with `pdqHash`.
 *
 * @throws RangeError when the picture holds other than width x height samples
 */
export function quickPdqHash({ luma, width, height }: Picture): PdqResult {
  if (luma.length !== width * height)
    throw new RangeError(`${luma.length} samples are no picture ${width} x ${height}`);
  if (width <= gridSize || height <= gridSize) return pdqHash({ luma, width, height });
  const [across, down] = [tentTaps(width), tentTaps(height)];
  const grid = new Float32Array(gridSize * gridSize);
  const line = new Float32Array(width);
  down.forEach(({ first, weights }, y) => {
    line.fill(0);
    weights.forEach((weight, i) => {
      const from = (first + i) * width;
      for (let x = 0; x < width; x += 1) line[x] = line[x]! + weight * luma[from + x]!;
    });
    across.forEach((taps, x) => {
      let sum = 0;
      for (let i = 0; i < taps.weights.length; i += 1) sum += taps.weights[i]! * line[taps.first + i]!;
      grid[y * gridSize + x] = sum;
    });
  });
  return { hash: bitsAboveMedian(dctBand(grid)), quality: gradientQuality(grid) };
}

/** What a hash is made of: the 16 x 16 coefficients, null for pictures too small. */
export function pdqBand({ luma, width, height }: Picture): { band: Float32Array | null; quality: number } {
  if (luma.length !== width * height)
    throw new RangeError(`${luma.length} samples are no picture ${width} x ${height}`);
  if (width < minSide || height < minSide) return { band: null, quality: 0 };
  const grid = downsample(new Float32Array(luma), width, height);
  return { band: dctBand(grid), quality: gradientQuality(grid) };
}

function downsample(luma: Float32Array, width: number, height: number): Float32Array {
  // As the reference does: a picture of this size was brought down before.
  if (width === gridSize && height === gridSize) return luma;
  jaroszFilter(luma, width, height, gridSize);
  return decimate(luma, width, height, gridSize);
}
