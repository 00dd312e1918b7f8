import { html, type Markup } from '../../report/html';
import type { Slices } from '../slices';
import { differenceCell, figureCell } from './figure-cell';
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
    <div class="wide">
      <table class="slices">
        <tr>
          <th>${column}</th>
          ${headings.map((heading) => html`<th>${heading}</th>`)}
        </tr>
        ${values.map(
          ({ value, reals, fakes, figures, falseAlarmGaps }) =>
            html`<tr>
              <th>${value}</th>
              <td>${reals} real, ${fakes} fake</td>
              <td>${figureCell(figures.falseAlarmRate)}</td>
              <td>${figureCell(figures.missRate)}</td>
              <td>${figureCell(figures.auc)}</td>
              <td>${differenceCell(falseAlarmGaps.toSmallest)}</td>
              <td>${differenceCell(falseAlarmGaps.toLargest)}</td>
            </tr>`,
        )}
      </table>
    </div>
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
