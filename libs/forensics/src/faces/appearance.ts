import { measureSize } from './measure-face';

/** Cells a side of the luma and of the chroma part. */
const lumaCells = 8;
const chromaCells = 4;
/** Share of the squared length that the luma part has; the rest is colour (skin, hair, clothes, light). */
const lumaShare = 0.5;
/** Grey levels that a face without any colour is given, so that its chroma direction is not noise. */
const chromaFloor = 6;

export const appearanceLength = lumaCells ** 2 + 2 * chromaCells ** 2;

/**
 * A small unit vector of how a face looks in this scan: luma pattern (without mean and contrast) and colour, on a coarse
 * grid. It tells two people in one picture apart; it is far too coarse to recognise anyone.
 */
export function appearanceOf(rgb: Uint8Array): number[] {
  const luma = new Float64Array(lumaCells ** 2);
  const chroma = new Float64Array(2 * chromaCells ** 2);
  for (let y = 0, p = 0; y < measureSize; y += 1) {
    const lumaRow = Math.floor((y * lumaCells) / measureSize) * lumaCells;
    const chromaRow = Math.floor((y * chromaCells) / measureSize) * chromaCells;
    for (let x = 0; x < measureSize; x += 1, p += 3) {
      const [r, g, b] = [rgb[p]!, rgb[p + 1]!, rgb[p + 2]!];
      const value = 0.299 * r + 0.587 * g + 0.114 * b;
      luma[lumaRow + Math.floor((x * lumaCells) / measureSize)]! += value;
      const cell = 2 * (chromaRow + Math.floor((x * chromaCells) / measureSize));
      chroma[cell]! += b - value;
      chroma[cell + 1]! += r - value;
    }
  }
  const perChromaCell = (measureSize / chromaCells) ** 2;
  const mean = luma.reduce((sum, value) => sum + value, 0) / luma.length;
  const centred = [...luma].map((value) => value - mean);
  const levels = [...chroma].map((value) => value / perChromaCell);
  return [
    ...scaled(centred, Math.sqrt(lumaShare), 0),
    ...scaled(levels, Math.sqrt(1 - lumaShare), chromaFloor * Math.sqrt(levels.length)),
  ].map((value) => Math.round(value * 1e4) / 1e4);
}

function scaled(values: number[], length: number, floor: number): number[] {
  const norm = Math.max(Math.hypot(...values), floor, 1e-9);
  return values.map((value) => (value * length) / norm);
}

/** Likeness of two appearances, -1..1. */
export function likeness(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i += 1) {
    dot += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0;
}
