import { CropGeometry } from './crop-geometry';
import { faceCrop, oversampling, Picture } from './face-crop';

/** Side of the crop that measures are taken on, px. At 96 the pores of a sharp 200 px face still show. */
export const measureSize = 96;

/** Its side in face sizes: hairline, ears and some collar, which tell people apart better than the inner face alone. */
export const measureMargin = 1.5;

/** Two samples a side are enough for measures; the definition's k would make a close-up cost as much as its detection. */
const maxOversampling = 2;

/** A reusable buffer would be shared by faces of one picture: 27 kB are cheaper to allocate than to get wrong. */
export function measureCrop(picture: Picture, geometry: CropGeometry): Uint8Array {
  const crop = new Uint8Array(measureSize * measureSize * 3);
  const k = Math.min(maxOversampling, oversampling(measureMargin * geometry.faceSize, measureSize));
  faceCrop(picture, geometry, measureSize, measureMargin, crop, k);
  return crop;
}

/** BT.601 luma 0-255 of an RGB24 crop. */
export function lumaOf(rgb: Uint8Array): Float32Array {
  const luma = new Float32Array(rgb.length / 3);
  for (let i = 0, p = 0; i < luma.length; i += 1, p += 3) {
    luma[i] = 0.299 * rgb[p]! + 0.587 * rgb[p + 1]! + 0.114 * rgb[p + 2]!;
  }
  return luma;
}
