import type { Figure } from '@assay/evaluation';
import { html, type Markup } from '../../report/html';
import { formatDifference, formatFigure } from './format-figure';

/** A figure in a table cell: its value, and below it the interval, which never breaks in its middle. */
export const figureCell = (figure: Figure): Markup => {
  const { value, interval } = parts(formatFigure(figure));
  return html`<b>${value}</b>${interval}`;
};

/** The same for a difference, with its sign and `*`; lighter, since it stands beside what it is a difference of. */
export const differenceCell = (figure: Figure): Markup => {
  const { value, interval } = parts(formatDifference(figure));
  return html`${value}${interval}`;
};

function parts(text: string): { value: string; interval: Markup | null } {
  const [, value = text, interval, star = ''] = /^(\S+) \((.+)\)( \*)?$/.exec(text) ?? [];
  if (interval === undefined) return { value: text, interval: null };
  return { value: value + star, interval: html`<br /><span class="interval">${interval}</span>` };
}
