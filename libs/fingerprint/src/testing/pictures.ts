import type { Picture } from '../pdq-hash';

/** Whole numbers only, so that any language draws the same picture. */
type Draw = (x: number, y: number) => number;

/** Value of cell n of a field of random greys. */
const grey = (n: number): number => (Math.imul(n + 1, 2654435761) >>> 13) & 255;

export const drawings = {
  /** Random greys in cells of 23 x 19 px: much to see at a low frequency. */
  blocks: (x, y) => grey(Math.floor(x / 23) + 64 * Math.floor(y / 19)),
  /** Rings that get finer towards the far corner. */
  rings: (x, y) => ((x * x * 3 + y * y * 5 + x * y) >> 8) & 255,
  /** Rings over blocks. */
  both: (x, y) => (drawings.blocks(x, y) + drawings.rings(x, y)) >> 1,
  /** A smooth slope with one darker box: little to see. */
  slope: (x, y) => ((x + 2 * y) >> 3) - (x > 60 && x < 90 && y > 30 && y < 80 ? 9 : 0) + 9,
} satisfies Record<string, Draw>;

export function draw(name: keyof typeof drawings, width: number, height: number): Picture {
  const luma = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) luma[y * width + x] = drawings[name](x, y);
  }
  return { luma, width, height };
}
