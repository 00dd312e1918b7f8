import { gridSize } from './dct';
import { boxWidth, decimate, jaroszFilter } from './jarosz-filter';

/** Which samples of a line make up one cell of the grid, and with what weight: a tent, less wide than two boxes of the filter. */
export interface Taps {
  first: number;
  weights: Float32Array;
}

const known = new Map<number, Taps[]>();

/**
 * What the filter and the grid of PDQ do to a line of so many samples, cell by cell: read off from the filter itself, one
 * impulse after the other. Lines and columns are alike and independent, so a picture is done with two passes of these.
 */
export function tentTaps(size: number): Taps[] {
  const cached = known.get(size);
  if (cached) return cached;
  const weightsOf = Array.from({ length: gridSize }, () => new Map<number, number>());
  // Running sums leave rounding of 1e-8 in all cells behind the impulse, which would make every cell as long as the line.
  const least = 1 / (2 * boxWidth(size, gridSize) ** 2);
  for (let sample = 0; sample < size; sample += 1) {
    impulse(size, sample).forEach((value, cell) => value > least && weightsOf[cell]!.set(sample, value));
  }
  const taps = weightsOf.map((weights) => {
    const first = Math.min(...weights.keys());
    const last = Math.max(...weights.keys());
    return { first, weights: Float32Array.from({ length: last - first + 1 }, (_, i) => weights.get(first + i) ?? 0) };
  });
  known.set(size, taps);
  return taps;
}

/** As a picture of one row, which is too low for the filter to blur it downwards. */
function impulse(size: number, sample: number): Float32Array {
  const line = new Float32Array(size);
  line[sample] = 1;
  jaroszFilter(line, size, 1, gridSize);
  return decimate(line, size, 1, gridSize).subarray(0, gridSize);
}
