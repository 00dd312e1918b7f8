import { html, type Markup } from '../../report/html';
import type { Attacks } from '../evaluate-attacks';
import { differenceCell, figureCell } from './figure-cell';
import { figuresTable, videosWords } from './figures-table';
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
    ${figuresTable('', headings, [
      {
        name: 'none: encoded again',
        cells: [
          ...[null, null, figureCell(attacks.control.auc), null],
          ...[figureCell(attacks.control.detectionRate), figureCell(attacks.control.falseAlarmRate)],
        ],
      },
      ...attacks.attacks.map(({ name, caught, success, figures, changes, everyone }) => ({
        name: words[name] ?? name,
        cells: [
          figureCell(success),
          caught,
          figureCell(figures.auc),
          differenceCell(changes.auc),
          figureCell(figures.detectionRate),
          figureCell(everyone.figures.falseAlarmRate),
        ],
      })),
    ])}
    <p class="soft">${attacksSummary(attacks)} * marks those without 0.</p>
  </section>`;
}

export function attacksSummary(attacks: Attacks): string {
  return (
    `${videosWords(attacks)}. Success: fakes no longer called manipulated, of those that were. ` +
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
