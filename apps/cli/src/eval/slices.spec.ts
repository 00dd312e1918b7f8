/**
 * - Every value of a column gets its own rates; rows without a value are the slice `unknown`.
 * - Distances are to the slices with the smallest and the largest false-alarm rate, with paired intervals.
 * - Where there is one group, or no real row, no interval or rate is made up.
 */
import type { Observation } from '@assay/evaluation';
import { CliError } from '../exit';
import type { EvalItem } from './read-csv';
import { assertColumns, evaluateSlices } from './slices';

const settings = { seed: 1, resamples: 400 };

/** `alarms` of `reals` real rows are called manipulated, and all fakes are found; each row is its own group. */
function part(tone: string, reals: number, alarms: number, fakes: number, group = ''): [EvalItem, Observation][] {
  return Array.from({ length: reals + fakes }, (_, i) => {
    const fake = i >= reals;
    const score = fake || i < alarms ? 0.9 : 0.1;
    const name = `${tone}-${i}.mp4`;
    const columns = { file: name, skin_tone: tone };
    const own = { file: name, fake, family: '', group: group || name };
    return [
      { ...own, id: name, path: name, region: 'full', columns },
      {
        ...own,
        score,
        label: fake || i < alarms ? 'likely_manipulated' : 'likely_authentic',
        abstained: false,
        pair: null,
      },
    ];
  });
}

function slicesOf(...parts: [EvalItem, Observation][][]) {
  const rows = parts.flat();
  return evaluateSlices(
    rows.map(([item]) => item),
    rows.map(([, row]) => row),
    'skin_tone',
    settings,
  );
}

describe('slices', () => {
  it('have rates of their own and distances to both ends', () => {
    const { values, ...ends } = slicesOf(part('10', 20, 2, 5), part('2', 20, 12, 5), part('', 20, 4, 5));
    expect(ends).toEqual({ column: 'skin_tone', smallestFalseAlarmRate: '10', largestFalseAlarmRate: '2' });
    expect(values.map(({ value, reals, fakes }) => [value, reals, fakes])).toEqual([
      ['2', 20, 5],
      ['10', 20, 5],
      ['unknown', 20, 5],
    ]);
    const [two, ten, unknown] = values;
    expect(two!.figures).toMatchObject({ falseAlarmRate: { value: 0.6 }, missRate: { value: 0 }, auc: { value: 0.7 } });
    expect(two!.falseAlarmGaps.toSmallest.value).toBeCloseTo(0.5);
    // A difference of 0.5 between shares of 20 each has a standard error of 0.13.
    const [low, high] = two!.falseAlarmGaps.toSmallest.interval!;
    expect(low).toBeGreaterThan(0.5 - 3 * 0.13);
    expect(low).toBeLessThan(0.35);
    expect(high).toBeGreaterThan(0.65);
    expect(two!.falseAlarmGaps.toLargest).toEqual({ value: 0, interval: null });
    expect(ten!.falseAlarmGaps.toLargest.value).toBeCloseTo(-0.5);
    expect(unknown!.falseAlarmGaps.toSmallest.value).toBeCloseTo(0.1);
  });

  it('have no interval from one group, and no rate without real rows', () => {
    const { values } = slicesOf(part('a', 4, 1, 2, 'one'), part('b', 4, 2, 2), part('c', 0, 0, 3));
    expect(values[0]!.figures.falseAlarmRate).toEqual({ value: 0.25, interval: null });
    expect(values[1]!.falseAlarmGaps.toSmallest).toEqual({ value: 0.25, interval: null });
    expect(values[2]!.figures.falseAlarmRate.value).toBeNull();
    expect(values[2]!.falseAlarmGaps.toSmallest.value).toBeNull();
  });

  it('need a column that is there', () => {
    const items = part('a', 2, 0, 0).map(([item]) => item);
    expect(() => assertColumns(items, ['skin_tone'])).not.toThrow();
    expect(() => assertColumns(items, ['skin_tone', 'age'])).toThrow(CliError);
    expect(() => assertColumns(items, ['age'])).toThrow(/--slice age: the CSV has the columns file, skin_tone/);
  });
});
