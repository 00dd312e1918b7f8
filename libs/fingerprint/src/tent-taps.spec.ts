/** Invariants: a cell is made of the few samples around its centre, which together weigh 1; a hash by them is cheap for that. */
import { boxWidth } from './jarosz-filter';
import { tentTaps } from './tent-taps';

const grid = 64;

test.each([65, 100, 512, 720, 1920, 4096])(
  'cells of a line of %i samples are tents, none wider than two boxes',
  (size) => {
    const taps = tentTaps(size);
    expect(taps).toHaveLength(grid);
    taps.forEach(({ first, weights }, cell) => {
      expect(weights.length).toBeLessThan(2 * boxWidth(size, grid) + 1);
      const centre = ((cell + 0.5) * size) / grid;
      expect(Math.abs(first + weights.length / 2 - centre)).toBeLessThanOrEqual(boxWidth(size, grid));
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 3);
    });
  },
);
