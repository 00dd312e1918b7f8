import { html, type Markup } from '../../report/html';
import type { Attacks } from '../evaluate-attacks';
import { differenceCell, figureCell } from './figure-cell';
import { formatDifference, formatFigure } from './format-figure';

const words: Record<string, string> = {
  'laundering:resample': 'laundering: resampled to two thirds and back',
  'laundering:median': 'laundering: median of 3 × 3 px',
  'laundering:denoise': 'laundering: denoised',
  beauty: 'beauty filter: smooth skin, edges kept',
  makeup: 'make-up: reds redder and darker',
};
const headings = [
  'success',
  'of fakes caught before',
  'AUC, fakes attacked',
  'its change',
  'fake called manipulated',
  'false alarms, all altered',
];

/** A row for each attack: what a forger wins, and what it costs people who alter real videos alike. */
export function attacksSection(attacks: Attacks): Markup {
  return html`<section>
    <h2>Under attack</h2>
    <div class="wide">
      <table class="slices">
        <tr>
          <th></th>
          ${headings.map((heading) => html`<th>${heading}</th>`)}
        </tr>
        <tr>
          <th>none: encoded again</th>
          <td></td>
          <td></td>
          <td>${figureCell(attacks.control.auc)}</td>
          <td></td>
          <td>${figureCell(attacks.control.detectionRate)}</td>
          <td>${figureCell(attacks.control.falseAlarmRate)}</td>
        </tr>
        ${attacks.attacks.map(
          ({ name, caught, success, figures, changes, everyone }) =>
            html`<tr>
              <th>${words[name] ?? name}</th>
              <td>${figureCell(success)}</td>
              <td>${caught}</td>
              <td>${figureCell(figures.auc)}</td>
              <td>${differenceCell(changes.auc)}</td>
              <td>${figureCell(figures.detectionRate)}</td>
              <td>${figureCell(everyone.figures.falseAlarmRate)}</td>
            </tr>`,
        )}
      </table>
    </div>
    <p class="soft">${attacksSummary(attacks)} * marks those without 0.</p>
  </section>`;
}

export function attacksSummary({ items, stills }: Attacks): string {
  const left = stills ? `, stills left out: ${stills}` : '';
  return (
    `${items} items${left}. Success: fakes no longer called manipulated, of those that were. ` +
    'Changes are against the same encoder and nothing else; 95 % paired intervals.'
  );
}

export function attacksRows({ control, attacks }: Attacks): [string, string][] {
  return [
    ['AUC, encoded again', formatFigure(control.auc)],
    ...attacks.flatMap(({ name, caught, success, figures, changes, everyone }): [string, string][] => [
      [`success, ${name} (${caught} caught before)`, formatFigure(success)],
      [`AUC, ${name} on fakes`, `${formatFigure(figures.auc)}  change ${formatDifference(changes.auc)}`],
      [
        `real called manipulated, ${name} on all`,
        `${formatFigure(everyone.figures.falseAlarmRate)}  change ${formatDifference(everyone.changes.falseAlarmRate)}`,
      ],
    ]),
  ];
}
