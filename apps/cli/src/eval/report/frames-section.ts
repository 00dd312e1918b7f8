import { factsTable } from '../../report/facts-table';
import { html, type Markup } from '../../report/html';
import type { FrameFigures } from '../evaluate-frames';
import { figureWords } from '../figure-words';
import { formatFigure } from './format-figure';

const pooledRows = ({ pooled }: FrameFigures): [string, string][] =>
  Object.entries(pooled).map(([name, figure]) => [
    `${figureWords[name as keyof typeof pooled]} of frames`,
    formatFigure(figure),
  ]);

/** Rows for the terminal, pooled and by family. */
export function framesRows(frames: FrameFigures): [string, string][] {
  return [
    ...pooledRows(frames),
    ...frames.families.map(({ family, frames, figures }): [string, string] => [
      `AUC of frames, ${family} (${frames})`,
      formatFigure(figures.auc),
    ]),
  ];
}

export const framesSummary = ({ frames, clips }: FrameFigures): string =>
  `${frames} judged frames of ${clips} items, each by its highest face alone; intervals by group.`;

/** Frame level in the report; families have their own table, clips and frames side by side. */
export function framesSection(frames: FrameFigures): Markup {
  return html`${factsTable('Frame by frame', pooledRows(frames))}
    <p class="soft">${framesSummary(frames)}</p>`;
}
