import type { Figure } from '@assay/evaluation';
import { html, Markup } from '../../report/html';
import type { Grid } from '../evaluate-grid';
import { differenceCell } from './figure-cell';
import { videosWords } from './figures-table';
import { formatDifference, formatFigure } from './format-figure';

/** What the amounts are, for people. */
const kindWords: Record<Grid['cells'][0]['kind'], { name: string; amount: string }> = {
  saturation: { name: 'colour saturation', amount: '×' },
  contrast: { name: 'colour contrast', amount: '×' },
  blocks: { name: 'grey blocks', amount: 'blocks' },
  noise: { name: 'Gaussian noise', amount: 'variance' },
  blur: { name: 'Gaussian blur', amount: 'px' },
  pixelation: { name: 'pixelation', amount: 'px' },
  compression: { name: 'video compression', amount: 'CRF' },
};

/** AUC lost at which a cell has its full colour: from perfect to chance. */
const fullLoss = 0.5;
const deepestPercent = 60;
const levels = [1, 2, 3, 4, 5];

/** A table as heat map: a row a kind, a column a level, the redder the more AUC is lost against the control. */
export function gridSection(grid: Grid): Markup {
  const kinds = [...new Set(grid.cells.map(({ kind }) => kind))];
  return html`<section>
    <h2>Under perturbation: AUC, and its change</h2>
    <div class="wide">
      <table class="grid">
        <tr>
          <th></th>
          <th>level 0: encoded again</th>
          ${levels.map((level) => html`<th>level ${level}</th>`)}
        </tr>
        ${kinds.map(
          (kind, row) =>
            html`<tr>
              <th>${kindWords[kind].name}</th>
              ${row === 0 ? controlCell(grid, kinds.length) : null}
              ${levels.map((level) => heatCell(grid.cells.find((cell) => cell.kind === kind && cell.level === level)))}
            </tr>`,
        )}
      </table>
    </div>
    <p class="soft">${gridSummary(grid)} * marks those without 0.</p>
    <p class="soft">${coverageWords}, encoded again: <b>${formatFigure(grid.controlCoverage)}</b></p>
    ${grid.compressionDrop && html`<p>${dropWords}: <b>${formatDifference(grid.compressionDrop)}</b></p>`}
  </section>`;
}

/** One cell for all kinds: the control is the same for each. */
const controlCell = ({ control, controlChanges }: Grid, rows: number): Markup =>
  html`<td rowspan="${rows}">
    <b>${formatValue(control.auc)}</b><br />
    <span class="soft">against the files as they are</span><br />
    ${differenceCell(controlChanges.auc)}
  </td>`;

function heatCell(cell: Grid['cells'][0] | undefined): Markup {
  if (!cell) return html`<td></td>`;
  const change = cell.changesFromControl.auc;
  const lost = Math.min(1, Math.max(0, -(change.value ?? 0) / fullLoss));
  const colour = `color-mix(in srgb, var(--manipulated) ${Math.round(lost * deepestPercent)}%, transparent)`;
  return html`<td style="background: ${new Markup(colour)}">
    <b>${formatValue(cell.figures.auc)}</b>
    <span class="interval">${kindWords[cell.kind].amount} ${cell.amount}</span><br />
    ${differenceCell(change)}
  </td>`;
}

const formatValue = ({ value }: Figure): string => (value === null ? '–' : value.toFixed(3));

const coverageWords = 'Interval coverage (90 % nominal): items whose interval holds the probability of their copy';
const dropWords = 'AUC drop at level 5 (compression, CRF 40)';

export function gridSummary(grid: Grid): string {
  return (
    `${videosWords(grid)}; as they are: AUC ${formatFigure(grid.unperturbed.auc)}. ` +
    'Levels 1 to 5 are compared with level 0, which is the same encoder and nothing else; 95 % paired intervals.'
  );
}

export function gridRows(grid: Grid): [string, string][] {
  const { control, controlChanges, controlCoverage, compressionDrop, cells } = grid;
  return [
    ['AUC, encoded again (level 0)', `${formatFigure(control.auc)}  change ${formatDifference(controlChanges.auc)}`],
    ['interval coverage, encoded again (90 %)', formatFigure(controlCoverage)],
    ...cells.map(({ kind, level, amount, figures, changesFromControl }): [string, string] => [
      `AUC, ${kindWords[kind].name} ${level} (${kindWords[kind].amount} ${amount})`,
      `${formatFigure(figures.auc)}  change ${formatDifference(changesFromControl.auc)}`,
    ]),
    ...(compressionDrop ? [[dropWords, formatDifference(compressionDrop)] satisfies [string, string]] : []),
  ];
}
