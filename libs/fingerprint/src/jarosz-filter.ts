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
    for (let y = 0; y < height; y += 1) box(picture, other, y * width, width, 1, alongRows);
    for (let x = 0; x < width; x += 1) box(other, picture, x, height, width, alongColumns);
  }
}

/** Running mean over `window` samples; at the ends over those that there are. */
function box(
  from: Float32Array,
  to: Float32Array,
  start: number,
  length: number,
  stride: number,
  window: number,
): void {
  const half = (window + 2) >> 1;
  let sum = 0;
  let count = 0;
  let left = start;
  let right = start;
  let out = start;
  for (let i = 0; i < half - 1; i += 1, right += stride) {
    sum = fround(sum + from[right]!);
    count += 1;
  }
  for (let i = 0; i < window - half + 1; i += 1, right += stride, out += stride) {
    sum = fround(sum + from[right]!);
    count += 1;
    to[out] = sum / count;
  }
  for (let i = 0; i < length - window; i += 1, left += stride, right += stride, out += stride) {
    sum = fround(fround(sum + from[right]!) - from[left]!);
    to[out] = sum / count;
  }
  for (let i = 0; i < half - 1; i += 1, left += stride, out += stride) {
    sum = fround(sum - from[left]!);
    count -= 1;
    to[out] = sum / count;
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
