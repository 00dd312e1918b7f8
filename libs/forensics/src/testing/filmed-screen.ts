import { Frame } from '../frame';

/** Period of the moire, px, and how much darker and lighter it makes the picture. */
const period = 3.7;
const depth = 0.15;

/** The frame as if filmed from a screen: a slanting moire over all of it, in each colour a little further on. */
export function filmedFromScreen(frame: Frame): Frame {
  const { width, height, data } = frame;
  const filmed = new Uint8Array(new SharedArrayBuffer(data.length));
  for (let y = 0, p = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let c = 0; c < 3; c += 1, p += 1) {
        const phase = ((x + 0.4 * y + c) * 2 * Math.PI) / period;
        filmed[p] = Math.min(255, Math.round(data[p]! * (1 + depth * Math.sin(phase))));
      }
    }
  }
  return { ...frame, data: filmed };
}
