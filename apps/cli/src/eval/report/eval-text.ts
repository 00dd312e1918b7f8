import { attacksRows, attacksSummary } from './attacks-section';
import { comparisonRows, comparisonSummary } from './comparison-section';
import type { EvalReport } from './eval-html';
import { formatFigure } from './format-figure';
import { framesRows, framesSummary } from './frames-section';
import { gridRows, gridSummary } from './grid-section';
import { noFaceRows, noFaceSummary } from './no-face-section';
import { slicesNote, slicesRows } from './slices-section';
import { uploadsRows, uploadsSummary } from './uploads-section';

/** Figures stand below each other from section to section; a longer label moves those of its own section. */
const labelColumns = 44;

/** An evaluation for the terminal: a line a figure, a paragraph a section, in the order of the report. */
export function evalText(report: EvalReport): string {
  const { summary, figures, result, frames, comparison, slices, grid, attacks, uploads, noFace } = report;
  const rows: [string, string][] = [
    ...figures.map(({ label, figure }): [string, string] => [label, formatFigure(figure)]),
    ...result.families.map(({ family, fakes, figures: { auc } }): [string, string] => [
      `AUC, ${family} (${fakes}) against all real`,
      formatFigure(auc),
    ]),
  ];
  const sections: [string, [string, string][]][] = [
    [summary, rows],
    ...(frames.frames > 0 ? [section(framesSummary(frames), framesRows(frames))] : []),
    ...(comparison ? [section(comparisonSummary(comparison), comparisonRows(comparison))] : []),
    ...slices.map((sliced) => section(slicesNote(sliced), slicesRows(sliced))),
    ...(grid ? [section(gridSummary(grid), gridRows(grid))] : []),
    ...(attacks ? [section(attacksSummary(attacks), attacksRows(attacks))] : []),
    ...(uploads ? [section(uploadsSummary(uploads), uploadsRows(uploads))] : []),
    ...(noFace ? [section(noFaceSummary(noFace), noFaceRows(noFace))] : []),
  ];
  return sections
    .map(([title, lines]) => {
      const columns = Math.max(labelColumns, ...lines.map(([label]) => label.length));
      return [title, ...lines.map(([label, text]) => `${label.padEnd(columns)} ${text}`)].join('\n');
    })
    .join('\n\n');
}

const section = (title: string, rows: [string, string][]): [string, [string, string][]] => [title, rows];
