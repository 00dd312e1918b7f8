import type { Picture } from '../faces/face-crop';

/** Colour histogram: levels per channel. */
const levels = 4;
/** Coarse picture: cells across and down. */
const cellsAcross = 8;
const cellsDown = 6;

/** Every so many pixels across and down are looked at: a few thousand of them tell the same. */
const pixelStep = 4;

const histogramLength = levels ** 3;
const signatureLength = histogramLength + cellsAcross * cellsDown * 3;

/**
 * What a picture looks like as a whole: a 64-bin colour histogram (sums to 1) and an 8 x 6 picture (0..1). Two frames of
 * one shot share most of it however the people move.
 */
export function pictureSignature({ width, height, data }: Picture): Float32Array {
  const signature = new Float32Array(signatureLength);
  const counts = new Float64Array(cellsAcross * cellsDown);
  const shift = 8 - Math.log2(levels);
  let looked = 0;
  for (let y = 0; y < height; y += pixelStep) {
    const row = Math.floor((y * cellsDown) / height) * cellsAcross;
    for (let x = 0; x < width; x += pixelStep) {
      const p = (y * width + x) * 3;
      const [r, g, b] = [data[p]!, data[p + 1]!, data[p + 2]!];
      signature[((r >> shift) * levels + (g >> shift)) * levels + (b >> shift)]! += 1;
      const cell = row + Math.floor((x * cellsAcross) / width);
      const at = histogramLength + cell * 3;
      signature[at]! += r;
      signature[at + 1]! += g;
      signature[at + 2]! += b;
      counts[cell]! += 1;
      looked += 1;
    }
  }
  for (let i = 0; i < histogramLength; i += 1) signature[i]! /= looked;
  for (let i = histogramLength; i < signatureLength; i += 1) {
    signature[i]! /= 255 * Math.max(1, counts[Math.floor((i - histogramLength) / 3)]!);
  }
  return signature;
}

/** How unlike two pictures are: 0 the same, 1 nothing in common. */
export function signatureDistance(a: Float32Array, b: Float32Array): number {
  let common = 0;
  for (let i = 0; i < histogramLength; i += 1) common += Math.min(a[i]!, b[i]!);
  let apart = 0;
  for (let i = histogramLength; i < signatureLength; i += 1) apart += Math.abs(a[i]! - b[i]!);
  const cells = signatureLength - histogramLength;
  // A mean difference of a quarter of the range is already another picture.
  return 0.5 * (1 - common) + 0.5 * Math.min(1, (apart / cells) * 4);
}
