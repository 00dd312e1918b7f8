import { Picture } from '../faces/face-crop';

/** The picture of the golden files: a formula and no photograph, the same as `formula_image` in training/assay_training/crop.py. */
export function formulaPicture(width: number, height: number): Picture {
  const data = new Uint8Array(new SharedArrayBuffer(width * height * 3));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let c = 0; c < 3; c += 1) {
        const value = 127.5 + 60 * Math.sin(x * 0.11 + c) + 60 * Math.cos(y * 0.07 - c * 0.5);
        data[(y * width + x) * 3 + c] = Math.floor(value + 0.5);
      }
    }
  }
  return { width, height, data };
}
