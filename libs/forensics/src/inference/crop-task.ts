import { ModelEntry } from '@assay/contracts';
import { cropGeometry } from '../faces/crop-geometry';
import { faceCrop } from '../faces/face-crop';
import { CropTask, ModelCrops, SharedPicture } from './messages';

/** Cuts every crop that the frame detectors want of the given faces, into memory that needs no copy to travel. */
export function cutCrops(entries: ModelEntry[], { picture, faces }: CropTask): ModelCrops[][] {
  return faces.map((landmarks) => cropsOfFace(entries, picture, landmarks));
}

function cropsOfFace(entries: ModelEntry[], picture: SharedPicture, landmarks: number[]): ModelCrops[] {
  const geometry = cropGeometry(landmarks);
  if (!geometry) return [];
  return entries.map((entry) => {
    const size = cropSize(entry);
    const margins = cropMargins(entry).map((margin) => {
      const crop = new Uint8Array(new SharedArrayBuffer(size * size * 3));
      faceCrop(picture, geometry, size, margin, crop);
      return crop;
    });
    return { model: entry.id, margins };
  });
}

/** Side of a frame detector's input, px. The crop is square by definition. */
export function cropSize({ id, input }: ModelEntry): number {
  if (!input.width || input.width !== input.height) {
    throw new RangeError(`Model "${id}" needs a square input of fixed size for face-crop-v1.`);
  }
  return input.width;
}

export function cropMargins({ id, input }: ModelEntry): number[] {
  if (!input.crop) throw new RangeError(`Model "${id}" states no crop in its manifest entry.`);
  return input.crop.margins;
}
