/**
 * Best one-to-one assignment of rows to columns (Hungarian method with potentials, after Jonker and Volgenant):
 * the least total cost, at most one column per row. O(rows^2 columns); a crowd of 48 takes well under a millisecond.
 *
 * @param costs rows x columns; Infinity forbids a pair
 * @param unassignedCost what leaving a row alone costs: a pair dearer than that is not made
 * @returns column of each row, or -1
 */
export function assign(costs: number[][], unassignedCost: number): number[] {
  const rows = costs.length;
  const columns = costs[0]?.length ?? 0;
  // Every row gets a column of its own for staying alone, so a full assignment always exists.
  const width = columns + rows;
  const cost = (row: number, column: number) =>
    column < columns
      ? Math.min(costs[row]![column]!, forbiddenCost)
      : column - columns === row
        ? unassignedCost
        : forbiddenCost;
  const rowPotential = new Float64Array(rows + 1);
  const columnPotential = new Float64Array(width + 1);
  /** Row (from 1) that holds each column (from 1); 0 = free. */
  const holder = new Int32Array(width + 1);
  const previous = new Int32Array(width + 1);
  for (let row = 1; row <= rows; row += 1) {
    holder[0] = row;
    let column = 0;
    const slack = new Float64Array(width + 1).fill(Infinity);
    const used = new Uint8Array(width + 1);
    do {
      used[column] = 1;
      const current = holder[column]!;
      let delta = Infinity;
      let next = 0;
      for (let j = 1; j <= width; j += 1) {
        if (used[j]) continue;
        const reduced = cost(current - 1, j - 1) - rowPotential[current]! - columnPotential[j]!;
        if (reduced < slack[j]!) {
          slack[j] = reduced;
          previous[j] = column;
        }
        if (slack[j]! < delta) {
          delta = slack[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= width; j += 1) {
        if (used[j]) {
          rowPotential[holder[j]!]! += delta;
          columnPotential[j]! -= delta;
        } else {
          slack[j]! -= delta;
        }
      }
      column = next;
    } while (holder[column] !== 0);
    while (column !== 0) {
      const from = previous[column]!;
      holder[column] = holder[from]!;
      column = from;
    }
  }
  const columnOf = new Array<number>(rows).fill(-1);
  for (let j = 1; j <= columns; j += 1) {
    const row = holder[j]!;
    if (row > 0 && costs[row - 1]![j - 1]! < Infinity) columnOf[row - 1] = j - 1;
  }
  return columnOf;
}

/** Larger than any sum of real costs, small enough to keep their last digits. */
const forbiddenCost = 1e6;
