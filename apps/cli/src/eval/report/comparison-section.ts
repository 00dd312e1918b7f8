import type { Figure } from '@assay/evaluation';
import { factsTable } from '../../report/facts-table';
import { html, type Markup } from '../../report/html';
import type { Comparison } from '../compare-runs';
import { figureWords } from '../figure-words';
import { formatDifference } from './format-figure';

/** Rows of words and figures, for terminal and report alike. */
export function comparisonRows({ pooled, families }: Comparison): [string, string][] {
  const row = (name: string, figure: Figure): [string, string] => [name, formatDifference(figure)];
  return [
    ...Object.entries(pooled).map(([name, figure]) => row(figureWords[name as keyof typeof pooled], figure)),
    ...families.flatMap(({ family, fakes, figures }) => [
      row(`AUC, ${family} (${fakes}) against all real`, figures.auc),
      row(`fake called authentic, ${family} (${fakes})`, figures.missRate),
      ...(figures.pairsRight.value === null
        ? []
        : [row(`pairs ranked right, ${family} (${fakes})`, figures.pairsRight)]),
    ]),
  ];
}

export function comparisonSummary({ earlier, rows, onlyHere, onlyEarlier }: Comparison): string {
  const left = onlyHere + onlyEarlier ? ` (${onlyHere} only here, ${onlyEarlier} only there)` : '';
  return `This run minus the run of ${earlier.createdAt} on the ${rows} rows of both${left}; 95 % paired intervals`;
}

/** The comparison in the report. A `*` marks an interval that does not hold 0. */
export function comparisonSection(comparison: Comparison): Markup {
  return html`${factsTable('Compared with an earlier run', comparisonRows(comparison))}
    <p class="soft">
      ${comparisonSummary(comparison)}; * marks those without 0. Models then:
      <code>${comparison.earlier.modelSet}</code>
    </p>`;
}
