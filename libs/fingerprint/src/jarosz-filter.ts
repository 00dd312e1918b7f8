const { fround } = Math;
/** Two box passes a direction make a tent. */
const passes = 2;

/** Width of one pass of the box that brings `size` samples down to `target`: half a block, rounded up. */
export function boxWidth(size: number, target: number): number {
  return Math.ceil(size / (2 * target));
}

/**
 * Blurs a picture by two passes of a box along rows and columns (Wojciech Jarosz, "Fast Image Convolutions", 2001).
 * Sums run in 32-bit floats in the order of the reference: its rounding is part of the hash.
 *
 * @param picture height x width, row by row; overwritten with the result
 */
export function jaroszFilter(picture: Float32Array, width: number, height: number, target: number): void {
  const other = new Float32Array(picture.length);
  const alongRows = boxWidth(width, target);
  const alongColumns = boxWidth(height, target);
  for (let pass = 0; pass < passes; pass += 1) {
    for (let y = 0; y < height; y += 1) boxAlongRow(picture, other, y * width, width, alongRows);
    boxAlongColumns(other, picture, width, height, alongColumns);
  }
}

/** Running mean over `window` samples; at the ends over those that there are. */
function boxAlongRow(from: Float32Array, to: Float32Array, start: number, length: number, window: number): void {
  const ahead = window >> 1;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < length + ahead; i += 1) {
    if (i < length) {
      sum = fround(sum + from[start + i]!);
      count += 1;
    }
    if (i >= window) {
      sum = fround(sum - from[start + i - window]!);
      count -= 1;
    }
    if (i >= ahead) to[start + i - ahead] = sum / count;
  }
}

/** The same for all columns side by side: going down one after the other would miss the cache at every step. */
function boxAlongColumns(from: Float32Array, to: Float32Array, width: number, height: number, window: number): void {
  const ahead = window >> 1;
  const sums = new Float32Array(width);
  let count = 0;
  for (let y = 0; y < height + ahead; y += 1) {
    const added = y * width;
    if (y < height) {
      for (let x = 0; x < width; x += 1) sums[x] = sums[x]! + from[added + x]!;
      count += 1;
    }
    const removed = added - window * width;
    if (y >= window) {
      for (let x = 0; x < width; x += 1) sums[x] = sums[x]! - from[removed + x]!;
      count -= 1;
    }
    const out = added - ahead * width;
    if (y >= ahead) for (let x = 0; x < width; x += 1) to[out + x] = sums[x]! / count;
  }
}

/** Takes the sample at the centre of each cell of a `target` x `target` grid. */
export function decimate(picture: Float32Array, width: number, height: number, target: number): Float32Array {
  const small = new Float32Array(target * target);
  for (let y = 0; y < target; y += 1) {
    const row = Math.floor(((y + 0.5) * height) / target) * width;
    for (let x = 0; x < target; x += 1) {
      small[y * target + x] = picture[row + Math.floor(((x + 0.5) * width) / target)]!;
    }
  }
  return small;
}
