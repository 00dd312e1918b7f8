import { html, type Markup } from '../../report/html';
import type { Slices } from '../slices';
import { differenceCell, figureCell } from './figure-cell';
import { figuresTable } from './figures-table';
import { formatDifference, formatFigure } from './format-figure';

const headings = [
  'rows',
  'real called manipulated',
  'fake called authentic',
  'AUC',
  'to the smallest',
  'to the largest',
];

/** One table a column: a row for each value, false alarms first, since they are what falls on people unequally. */
export function slicesSection({ column, smallestFalseAlarmRate, largestFalseAlarmRate, values }: Slices): Markup {
  return html`<section>
    <h2>By ${column}</h2>
    ${figuresTable(
      column,
      headings,
      values.map(({ value, reals, fakes, figures, falseAlarmGaps }) => ({
        name: value,
        cells: [
          `${reals} real, ${fakes} fake`,
          figureCell(figures.falseAlarmRate),
          figureCell(figures.missRate),
          figureCell(figures.auc),
          differenceCell(falseAlarmGaps.toSmallest),
          differenceCell(falseAlarmGaps.toLargest),
        ],
      })),
    )}
    <p class="soft">${slicesNote({ smallestFalseAlarmRate, largestFalseAlarmRate })}</p>
  </section>`;
}

export function slicesNote(ends: Pick<Slices, 'smallestFalseAlarmRate' | 'largestFalseAlarmRate'>): string {
  if (ends.smallestFalseAlarmRate === null) return 'No slice has real rows.';
  const { smallestFalseAlarmRate: smallest, largestFalseAlarmRate: largest } = ends;
  if (smallest === largest) return `Only ${smallest} has real rows: there is nothing to be distant from.`;
  return `False alarms: the fewest in ${smallest}, the most in ${largest}; the last columns are distances to them, * without 0.`;
}

/** For the terminal: false alarms of each value, and the distance to the smallest. */
export function slicesRows({ column, values }: Slices): [string, string][] {
  return values.map(({ value, reals, figures, falseAlarmGaps }) => [
    `real called manipulated, ${column} ${value} (${reals})`,
    `${formatFigure(figures.falseAlarmRate)}  to the smallest: ${formatDifference(falseAlarmGaps.toSmallest)}`,
  ]);
}
