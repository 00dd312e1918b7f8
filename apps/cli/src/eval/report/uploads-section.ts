import { html, type Markup } from '../../report/html';
import { uploads as known } from '../../stability/uploads';
import type { Uploads } from '../evaluate-uploads';
import { differenceCell, figureCell } from './figure-cell';
import { figuresTable, videosWords } from './figures-table';
import { formatDifference, formatFigure } from './format-figure';

const headings = [
  'AUC',
  'its change',
  'real called manipulated',
  'fake called manipulated',
  'verdict held',
  'inside the 90 % interval',
];
const words = new Map(known.map(({ name, text }) => [name, text]));

/** A row for each thing that happens to uploads: what it changes, and whether the intervals had said so. */
export function uploadsSection(uploads: Uploads): Markup {
  const { unaltered } = uploads;
  return html`<section>
    <h2>After an upload</h2>
    ${figuresTable('', headings, [
      {
        name: 'as they are',
        cells: [
          ...[figureCell(unaltered.auc), null, figureCell(unaltered.falseAlarmRate)],
          ...[figureCell(unaltered.detectionRate), null, null],
        ],
      },
      ...uploads.uploads.map(({ name, figures, changes, held, coverage }) => ({
        name: words.get(name) ?? name,
        cells: [
          figureCell(figures.auc),
          differenceCell(changes.auc),
          figureCell(figures.falseAlarmRate),
          figureCell(figures.detectionRate),
          figureCell(held),
          figureCell(coverage),
        ],
      })),
    ])}
    <p class="soft">${uploadsSummary(uploads)} * marks those without 0.</p>
    <p class="soft">${coverageWords}: <b>${formatFigure(uploads.coverage)}</b></p>
    <p class="soft">${contradictedWords}: <b>${formatFigure(uploads.contradicted)}</b></p>
  </section>`;
}

const coverageWords = 'Interval coverage (90 % nominal): copies whose probability lies in the interval of the file';
const contradictedWords = 'Files with two firm verdicts against each other among the file and its copies';

export function uploadsSummary(uploads: Uploads): string {
  return `${videosWords(uploads)}, each uploaded in every way. Changes are against the files as they are; 95 % paired intervals.`;
}

export function uploadsRows({ uploads, coverage, contradicted }: Uploads): [string, string][] {
  return [
    ...uploads.flatMap(({ name, figures, changes, held, coverage: inside }): [string, string][] => [
      [`AUC, ${name}`, `${formatFigure(figures.auc)}  change ${formatDifference(changes.auc)}`],
      [`verdict held, ${name}`, formatFigure(held)],
      [`inside the interval, ${name}`, formatFigure(inside)],
    ]),
    ['interval coverage, all uploads (90 %)', formatFigure(coverage)],
    ['contradicting firm verdicts', formatFigure(contradicted)],
  ];
}
