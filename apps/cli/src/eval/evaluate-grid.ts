import * as stats from '@assay/evaluation';
import { type Perturbation, perturbationLevels } from '@assay/video';

const { auc, falseAlarmRate, missRate } = stats;
const gridStatistics = { auc, falseAlarmRate, missRate };

/**
 * What perturbations do to the figures: each cell by itself, and its difference to the same items as they are, with
 * paired intervals by group.
 *
 * @param plain one observation per item that was perturbed
 * @param cells the same items in the same order, perturbed
 * @param stills items left out, since the perturbations are for video
 */
export function evaluateGrid(
  plain: readonly stats.Observation[],
  cells: readonly { cell: Perturbation; rows: readonly stats.Observation[] }[],
  stills: number,
  settings: stats.BootstrapSettings,
) {
  return {
    items: plain.length,
    stills,
    unperturbed: stats.estimate(gridStatistics, stats.sampleOf(plain), settings),
    cells: cells.map(({ cell: { kind, level }, rows }) => ({
      ...{ kind, level, amount: perturbationLevels[kind][level - 1] ?? 0 },
      figures: stats.estimate(gridStatistics, stats.sampleOf(rows), settings),
      changes: stats.pairedDifferences(
        gridStatistics,
        rows.map((after, i) => ({ before: plain[i]!, after })),
        settings,
      ),
    })),
  };
}

export type Grid = ReturnType<typeof evaluateGrid>;
