import { factsTable } from '../../report/facts-table';
import { html, type Markup } from '../../report/html';
import type { FrameFigures } from '../evaluate-frames';
import { figureWords } from '../figure-words';
import { formatFigure } from './format-figure';

/** Rows of words and figures, for terminal and report alike. */
export function framesRows({ pooled, families }: FrameFigures): [string, string][] {
  return [
    ...Object.entries(pooled).map(([name, figure]): [string, string] => [
      `${figureWords[name as keyof typeof pooled]} of frames`,
      formatFigure(figure),
    ]),
    ...families.map(({ family, frames, figures }): [string, string] => [
      `AUC of frames, ${family} (${frames})`,
      formatFigure(figures.auc),
    ]),
  ];
}

export const framesSummary = ({ frames, clips }: FrameFigures): string =>
  `${frames} judged frames of ${clips} items, each by its highest face alone; intervals by group.`;

/** Frame level in the report. */
export function framesSection(frames: FrameFigures): Markup {
  return html`${factsTable('Frame by frame', framesRows(frames))}
    <p class="soft">${framesSummary(frames)}</p>`;
}
