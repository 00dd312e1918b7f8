import { html, Markup } from '../../report/html';
import type { Grid } from '../evaluate-grid';
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

/** A table as heat map: a row a kind, a column a level, the redder the more AUC is lost. */
export function gridSection(grid: Grid): Markup {
  const kinds = [...new Set(grid.cells.map(({ kind }) => kind))];
  return html`<section>
    <h2>Under perturbation: AUC, and its change</h2>
    <div class="wide">
      <table class="grid">
        <tr>
          <th></th>
          ${levels.map((level) => html`<th>level ${level}</th>`)}
        </tr>
        ${kinds.map(
          (kind) =>
            html`<tr>
              <th>${kindWords[kind].name}</th>
              ${levels.map((level) => heatCell(grid.cells.find((cell) => cell.kind === kind && cell.level === level)))}
            </tr>`,
        )}
      </table>
    </div>
    <p class="soft">${gridSummary(grid)} * marks those without 0.</p>
  </section>`;
}

function heatCell(cell: Grid['cells'][0] | undefined): Markup {
  if (!cell) return html`<td></td>`;
  const { value } = cell.figures.auc;
  const lost = Math.min(1, Math.max(0, -(cell.changes.auc.value ?? 0) / fullLoss));
  const colour = `color-mix(in srgb, var(--manipulated) ${Math.round(lost * deepestPercent)}%, transparent)`;
  return html`<td style="background: ${new Markup(colour)}">
    <b>${value === null ? '–' : value.toFixed(3)}</b> ${kindWords[cell.kind].amount} ${cell.amount}<br />
    ${formatDifference(cell.changes.auc)}
  </td>`;
}

export function gridSummary({ items, stills, unperturbed }: Grid): string {
  const left = stills ? `, stills left out: ${stills}` : '';
  return `${items} items${left}; unperturbed: AUC ${formatFigure(unperturbed.auc)}. Changes with 95 % paired intervals.`;
}

export function gridRows({ cells }: Grid): [string, string][] {
  return cells.map(({ kind, level, amount, figures, changes }) => [
    `AUC, ${kindWords[kind].name} ${level} (${kindWords[kind].amount} ${amount})`,
    `${formatFigure(figures.auc)}  change ${formatDifference(changes.auc)}`,
  ]);
}
