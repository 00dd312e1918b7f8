import { Picture } from './face-crop';

interface Span {
  /** First source index under each output pixel. */
  start: Int32Array;
  /** One past the last. */
  end: Int32Array;
  /** Coverage of the first and of the last source pixel, 0..1; those between count fully. */
  head: Float64Array;
  tail: Float64Array;
}

/** Which source pixels, and how much of the outer two, lie under each of `to` equal parts of `from` pixels. */
function spans(from: number, to: number): Span {
  const span = {
    start: new Int32Array(to),
    end: new Int32Array(to),
    head: new Float64Array(to),
    tail: new Float64Array(to),
  };
  for (let i = 0; i < to; i += 1) {
    // Whole numbers divided last, so that borders that meet a pixel's edge do so exactly.
    const low = (i * from) / to;
    const high = ((i + 1) * from) / to;
    const start = Math.floor(low);
    const end = Math.max(start + 1, Math.ceil(high));
    span.start[i] = start;
    span.end[i] = end;
    span.head[i] = end - start === 1 ? high - low : start + 1 - low;
    span.tail[i] = end - start === 1 ? 0 : high - (end - 1);
  }
  return span;
}

/**
 * Reduces a picture by area averaging: each output value is the rounded, coverage-weighted mean of the pixels under it.
 * The same picture comes back when the size is the same.
 */
export function areaAverageRgb(picture: Picture, width: number, height: number): Picture {
  if (width === picture.width && height === picture.height) return picture;
  const data = new Uint8Array(width * height * 3);
  const across = spans(picture.width, width);
  const down = spans(picture.height, height);
  const rowBytes = picture.width * 3;
  const sums = new Float64Array(rowBytes);
  const norm = 1 / ((picture.width / width) * (picture.height / height));
  let o = 0;
  for (let i = 0; i < height; i += 1) {
    sumRows(picture.data, rowBytes, down, i, sums);
    for (let j = 0; j < width; j += 1) {
      const start = across.start[j]! * 3;
      const last = (across.end[j]! - 1) * 3;
      const head = across.head[j]!;
      let red = sums[start]! * head;
      let green = sums[start + 1]! * head;
      let blue = sums[start + 2]! * head;
      for (let p = start + 3; p < last; p += 3) {
        red += sums[p]!;
        green += sums[p + 1]!;
        blue += sums[p + 2]!;
      }
      if (last > start) {
        const tail = across.tail[j]!;
        red += sums[last]! * tail;
        green += sums[last + 1]! * tail;
        blue += sums[last + 2]! * tail;
      }
      data[o] = red * norm + 0.5;
      data[o + 1] = green * norm + 0.5;
      data[o + 2] = blue * norm + 0.5;
      o += 3;
    }
  }
  return { width, height, data };
}

/** Coverage-weighted sum of the source rows under output row `i`. */
function sumRows(data: Uint8Array, rowBytes: number, down: Span, i: number, sums: Float64Array): void {
  const start = down.start[i]!;
  const last = down.end[i]! - 1;
  const head = down.head[i]!;
  let p = start * rowBytes;
  for (let x = 0; x < rowBytes; x += 1) sums[x] = data[p + x]! * head;
  for (let y = start + 1; y < last; y += 1) {
    p = y * rowBytes;
    for (let x = 0; x < rowBytes; x += 1) sums[x]! += data[p + x]!;
  }
  if (last > start) {
    const tail = down.tail[i]!;
    p = last * rowBytes;
    for (let x = 0; x < rowBytes; x += 1) sums[x]! += data[p + x]! * tail;
  }
}
