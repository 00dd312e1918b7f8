import { CropGeometry } from './crop-geometry';

/** RGB24, rows packed. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
}

/** k: samples along each side of an output pixel, so that no source pixel inside the crop is skipped. */
export function oversampling(side: number, size: number): number {
  return Math.max(1, Math.ceil(side / size - 1e-6));
}

/**
 * Cuts the aligned face crop, face-crop-v1: `size` x `size` RGB24, each pixel the rounded mean of k x k bilinear samples,
 * coordinates clamped to the picture.
 *
 * @param margin side of the crop in face sizes, from the model's manifest entry
 * @param out receives size * size * 3 bytes
 * @param k samples along each side of an output pixel; anything but the default is not the definition
 */
export function faceCrop(
  picture: Picture,
  geometry: CropGeometry,
  size: number,
  margin: number,
  out: Uint8Array,
  k = oversampling(margin * geometry.faceSize, size),
): void {
  const { width, height, data } = picture;
  const { centreX, centreY, uxX, uxY } = geometry;
  const side = margin * geometry.faceSize;
  const fine = size * k;
  // Along a row of samples x and y move by (stepX, stepY), down a column by (-stepY, stepX).
  const stepX = (side * uxX) / fine;
  const stepY = (side * uxY) / fine;
  const first = 0.5 - fine / 2;
  const originX = centreX + first * (stepX - stepY);
  const originY = centreY + first * (stepY + stepX);
  const sampler = { data, width, height, size, k, originX, originY, stepX, stepY };
  const last = fine - 1;
  const cornersX = [originX, originX + last * stepX, originX - last * stepY, originX + last * (stepX - stepY)];
  const cornersY = [originY, originY + last * stepY, originY + last * stepX, originY + last * (stepY + stepX)];
  const inside =
    Math.min(...cornersX) >= edgePx &&
    Math.min(...cornersY) >= edgePx &&
    Math.max(...cornersX) <= width - 1 - edgePx &&
    Math.max(...cornersY) <= height - 1 - edgePx;
  if (inside) sampleInside(sampler, out);
  else sampleClamped(sampler, out);
}

/** Room for rounding errors of the running coordinates at the picture's edge, px. */
const edgePx = 1e-3;

interface Sampler {
  data: Uint8Array;
  width: number;
  height: number;
  size: number;
  k: number;
  originX: number;
  originY: number;
  stepX: number;
  stepY: number;
}

/** Every sample lies inside the picture: no clamping. The same numbers as `sampleClamped`, in half the time. */
function sampleInside({ data, width, size, k, originX, originY, stepX, stepY }: Sampler, out: Uint8Array): void {
  const rowBytes = width * 3;
  const norm = 1 / (k * k);
  let o = 0;
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let b = 0; b < k; b += 1) {
        const row = i * k + b;
        let x = originX + j * k * stepX - row * stepY;
        let y = originY + j * k * stepY + row * stepX;
        for (let a = 0; a < k; a += 1) {
          const x0 = x | 0;
          const y0 = y | 0;
          const fx = x - x0;
          const fy = y - y0;
          const p = y0 * rowBytes + x0 * 3;
          const q = p + rowBytes;
          const w11 = fx * fy;
          const w10 = fy - w11;
          const w01 = fx - w11;
          const w00 = 1 - fx - w10;
          red += data[p]! * w00 + data[p + 3]! * w01 + data[q]! * w10 + data[q + 3]! * w11;
          green += data[p + 1]! * w00 + data[p + 4]! * w01 + data[q + 1]! * w10 + data[q + 4]! * w11;
          blue += data[p + 2]! * w00 + data[p + 5]! * w01 + data[q + 2]! * w10 + data[q + 5]! * w11;
          x += stepX;
          y += stepY;
        }
      }
      out[o] = red * norm + 0.5;
      out[o + 1] = green * norm + 0.5;
      out[o + 2] = blue * norm + 0.5;
      o += 3;
    }
  }
}

/** Coordinates clamped to the picture. */
function sampleClamped(sampler: Sampler, out: Uint8Array): void {
  const { data, width, height, size, k, originX, originY, stepX, stepY } = sampler;
  const maxX = width - 1;
  const maxY = height - 1;
  const rowBytes = width * 3;
  const norm = 1 / (k * k);
  let o = 0;
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let b = 0; b < k; b += 1) {
        const row = i * k + b;
        let sampleX = originX + j * k * stepX - row * stepY;
        let sampleY = originY + j * k * stepY + row * stepX;
        for (let a = 0; a < k; a += 1) {
          const x = sampleX < 0 ? 0 : sampleX > maxX ? maxX : sampleX;
          const y = sampleY < 0 ? 0 : sampleY > maxY ? maxY : sampleY;
          const x0 = x | 0;
          const y0 = y | 0;
          const fx = x - x0;
          const fy = y - y0;
          const p = y0 * rowBytes + x0 * 3;
          // At the last column or row the fraction is 0, so staying on the same pixel changes nothing.
          const q = y0 < maxY ? p + rowBytes : p;
          const right = x0 < maxX ? 3 : 0;
          const w11 = fx * fy;
          const w10 = fy - w11;
          const w01 = fx - w11;
          const w00 = 1 - fx - w10;
          red += data[p]! * w00 + data[p + right]! * w01 + data[q]! * w10 + data[q + right]! * w11;
          green += data[p + 1]! * w00 + data[p + right + 1]! * w01 + data[q + 1]! * w10 + data[q + right + 1]! * w11;
          blue += data[p + 2]! * w00 + data[p + right + 2]! * w01 + data[q + 2]! * w10 + data[q + right + 2]! * w11;
          sampleX += stepX;
          sampleY += stepY;
        }
      }
      out[o] = red * norm + 0.5;
      out[o + 1] = green * norm + 0.5;
      out[o + 2] = blue * norm + 0.5;
      o += 3;
    }
  }
}
