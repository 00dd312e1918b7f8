import { gridSize } from './dct';

const { fround } = Math;
/** Scales the sum of gradients to 0-100; chosen by the authors of PDQ. */
const gradientsPerPoint = 90;

/**
 * How much there is to see: steps between neighbours of the 64 x 64 grid, each cut to whole percents so that noise
 * counts for nothing.
 *
 * @returns 0 (flat) to 100
 */
export function gradientQuality(grid: Float32Array): number {
  let sum = 0;
  for (let y = 0; y < gridSize; y += 1) {
    for (let x = 0; x < gridSize; x += 1) {
      const here = grid[y * gridSize + x]!;
      if (y + 1 < gridSize) sum += step(here, grid[(y + 1) * gridSize + x]!);
      if (x + 1 < gridSize) sum += step(here, grid[y * gridSize + x + 1]!);
    }
  }
  return Math.min(100, Math.floor(sum / gradientsPerPoint));
}

function step(a: number, b: number): number {
  return Math.abs(Math.trunc(fround(fround(fround(a - b) * 100) / 255)));
}
