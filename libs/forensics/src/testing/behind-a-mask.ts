import { FaceObservation } from '@assay/contracts';
import { Frame } from '../frame';

/** Cloth as masks against infection are made of, RGB. */
const cloth = [150, 192, 214] as const;

/** Half width and half height of the cloth and how far below the eyes its middle lies, in distances of eyes and mouth. */
const halfWidth = 1.05;
const halfHeight = 0.85;
const middleBelowEyes = 1.05;

/** The frame with a mask over nose, mouth and chin of a face, a little darker at its sides. */
export function behindMask(frame: Frame, { landmarks }: Pick<FaceObservation, 'landmarks'>): Frame {
  const { width, height, data } = frame;
  const at = (point: number) => [landmarks[2 * point]!, landmarks[2 * point + 1]!] as const;
  const [eyesX, eyesY] = between(at(0), at(1));
  const [mouthX, mouthY] = between(at(3), at(4));
  const unit = Math.hypot(mouthX - eyesX, mouthY - eyesY);
  const [downX, downY] = [(mouthX - eyesX) / unit, (mouthY - eyesY) / unit];
  const middleX = eyesX + middleBelowEyes * unit * downX;
  const middleY = eyesY + middleBelowEyes * unit * downY;
  const masked = new Uint8Array(new SharedArrayBuffer(data.length));
  masked.set(data);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const across = ((x - middleX) * downY - (y - middleY) * downX) / (halfWidth * unit);
      const down = ((x - middleX) * downX + (y - middleY) * downY) / (halfHeight * unit);
      // Squarer than an ellipse, as cloth is.
      if (across ** 4 + down ** 4 > 1) continue;
      const light = 1 - 0.25 * across ** 2 - 0.1 * Math.max(0, down);
      cloth.forEach((value, c) => (masked[3 * (y * width + x) + c] = Math.round(value * light)));
    }
  }
  return { ...frame, data: masked };
}

const between = (a: readonly [number, number], b: readonly [number, number]): [number, number] => [
  (a[0] + b[0]) / 2,
  (a[1] + b[1]) / 2,
];
