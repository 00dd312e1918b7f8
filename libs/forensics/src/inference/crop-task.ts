import { ModelEntry } from '@assay/contracts';
import { boxGeometry, cropGeometry, shifted } from '../faces/crop-geometry';
import { faceCrop } from '../faces/face-crop';
import { CropTask, FacePlace, ModelCrops, SharedPicture } from './messages';

/** Cuts every crop that the frame detectors want of the given faces, into memory that needs no copy to travel. */
export function cutCrops(entries: ModelEntry[], { picture, faces }: CropTask): ModelCrops[][] {
  return faces.map((face) => cropsOfFace(entries, picture, face));
}

/** A face without direction or extent gives no crop at all, so that all detectors judge the same faces. */
function cropsOfFace(entries: ModelEntry[], picture: SharedPicture, face: FacePlace): ModelCrops[] {
  const aligned = cropGeometry(face.landmarks);
  const upright = boxGeometry(face.box);
  if (!aligned || !upright) return [];
  // Detectors that want the same crops are given the same ones.
  const cut = new Map<string, ModelCrops['margins']>();
  return entries.map((entry) => {
    const { crop } = entry.input;
    const size = cropSize(entry);
    const wanted = JSON.stringify([crop, size]);
    const centred = crop?.definition === 'face-box-v1' ? upright : aligned;
    const geometry = crop?.shift ? shifted(centred, crop.shift) : centred;
    const margins =
      cut.get(wanted) ??
      cropMargins(entry).map((margin) => {
        const pixels = new Uint8Array(new SharedArrayBuffer(size * size * 3));
        faceCrop(picture, geometry, size, margin, pixels);
        return pixels;
      });
    cut.set(wanted, margins);
    return { model: entry.id, margins };
  });
}

/** Side of a frame detector's input, px. The crop is square by definition. */
export function cropSize({ id, input }: ModelEntry): number {
  if (!input.width || input.width !== input.height) {
    throw new RangeError(`Model "${id}" needs a square input of fixed size: it is given face crops.`);
  }
  return input.width;
}

export function cropMargins({ id, input }: ModelEntry): number[] {
  if (!input.crop) throw new RangeError(`Model "${id}" states no crop in its manifest entry.`);
  return input.crop.margins;
}
