import { assign } from './assignment';

/** Holds: the assignment is the cheapest one, forbidden and too dear pairs are not made. */
describe('assign', () => {
  const total = (costs: number[][], columns: number[], alone: number) =>
    columns.reduce((sum, column, row) => sum + (column < 0 ? alone : costs[row]![column]!), 0);

  /** Every assignment, tried. */
  function cheapest(costs: number[][], alone: number): number {
    const width = costs[0]?.length ?? 0;
    const search = (row: number, taken: Set<number>): number => {
      if (row === costs.length) return 0;
      let best = alone + search(row + 1, taken);
      for (let column = 0; column < width; column += 1) {
        if (taken.has(column)) continue;
        best = Math.min(best, costs[row]![column]! + search(row + 1, new Set([...taken, column])));
      }
      return best;
    };
    return search(0, new Set());
  }

  it('gives up the nearest pair when the sum gets smaller', () => {
    // Greedy would take 0-0 at 1 and be left with 1-1 at 10.
    expect(assign([[1, 2], [2, 10]], 20)).toEqual([1, 0]); // prettier-ignore
  });

  it('leaves a row alone rather than pay more than that costs', () => {
    expect(assign([[5], [0.5]], 1)).toEqual([-1, 0]);
    expect(assign([[5]], 1)).toEqual([-1]);
  });

  it('never makes a forbidden pair', () => {
    expect(assign([[Infinity, Infinity], [Infinity, 3]], 4)).toEqual([-1, 1]); // prettier-ignore
  });

  it('takes empty problems', () => {
    expect(assign([], 1)).toEqual([]);
    expect(assign([[], []], 1)).toEqual([-1, -1]);
  });

  it('is as cheap as trying every assignment', () => {
    let state = 1;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    for (let trial = 0; trial < 60; trial += 1) {
      const [rows, columns] = [1 + Math.floor(random() * 5), 1 + Math.floor(random() * 5)];
      const costs = Array.from({ length: rows }, () =>
        Array.from({ length: columns }, () => (random() < 0.15 ? Infinity : random() * 2)),
      );
      const found = assign(costs, 0.8);
      const used = found.filter((column) => column >= 0);
      expect(new Set(used).size).toBe(used.length);
      expect(total(costs, found, 0.8)).toBeCloseTo(cheapest(costs, 0.8), 9);
    }
  });
});
