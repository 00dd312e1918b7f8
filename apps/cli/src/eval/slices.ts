import * as stats from '@assay/evaluation';
import { CliError, ExitCode } from '../exit';
import type { EvalItem } from './read-csv';

/** Rows that say nothing in the column are a slice of their own: left out, they would hide. */
const unknownValue = 'unknown';

const { falseAlarmRate, missRate, auc } = stats;

/** @throws CliError (usage) when the CSV lacks a column */
export function assertColumns(items: readonly EvalItem[], columns: readonly string[]): void {
  const known = Object.keys(items[0]?.columns ?? {});
  const missing = columns.find((column) => !known.includes(column));
  if (missing === undefined) return;
  throw new CliError(`--slice ${missing}: the CSV has the columns ${known.join(', ')}`, ExitCode.usage);
}

/**
 * How the verdicts treat the parts of a set that a column tells apart (age, skin tone, codec ...): false alarms, misses and
 * AUC of each value by itself, and the distance of its false-alarm rate to the smallest and to the largest among the
 * values. Both ends of a distance come from the same draws of groups, since a group may have rows in both.
 *
 * @param rows one observation per item
 * @throws CliError (usage) when the CSV has no such column
 */
export function evaluateSlices(
  items: readonly EvalItem[],
  rows: readonly stats.Observation[],
  column: string,
  settings: stats.BootstrapSettings,
) {
  assertColumns(items, [column]);
  const byValue = new Map<string, stats.Observation[]>();
  rows.forEach((row, i) => {
    const value = items[i]?.columns[column] || unknownValue;
    byValue.set(value, [...(byValue.get(value) ?? []), row]);
  });
  const parts = [...byValue]
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([value, members]) => {
      const fakes = members.filter(({ fake }) => fake).length;
      const figures = stats.estimate({ falseAlarmRate, missRate, auc }, stats.sampleOf(members), settings);
      return { value, members, fakes, reals: members.length - fakes, figures };
    });
  type Part = (typeof parts)[0];
  const rateOf = ({ figures }: Part): number => figures.falseAlarmRate.value ?? NaN;
  const rated = parts.filter((part) => part.reals > 0).sort((a, b) => rateOf(a) - rateOf(b));
  const [smallest] = rated;
  const largest = rated.at(-1);
  const all = stats.sampleOf(rows);
  const gap = (part: Part, end: Part | undefined): stats.Figure => {
    if (!end || part.reals === 0) return { value: null, interval: null };
    if (part === end) return { value: 0, interval: null };
    const here = stats.within(falseAlarmRate, part.members);
    const there = stats.within(falseAlarmRate, end.members);
    const statistic: stats.Statistic = (sample, weights) => here(sample, weights) - there(sample, weights);
    const { difference } = stats.estimate({ difference: statistic }, all, settings);
    // One group of real rows has no spread, and lends none to a distance.
    const spread = part.figures.falseAlarmRate.interval && end.figures.falseAlarmRate.interval;
    return { value: difference.value, interval: spread && difference.interval };
  };
  return {
    column,
    smallestFalseAlarmRate: smallest?.value ?? null,
    largestFalseAlarmRate: largest?.value ?? null,
    values: parts.map((part) => ({
      value: part.value,
      reals: part.reals,
      fakes: part.fakes,
      figures: part.figures,
      falseAlarmGaps: { toSmallest: gap(part, smallest), toLargest: gap(part, largest) },
    })),
  };
}

export type Slices = ReturnType<typeof evaluateSlices>;
