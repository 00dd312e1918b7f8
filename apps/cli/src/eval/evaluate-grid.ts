import * as stats from '@assay/evaluation';
import { type Perturbation, perturbationLevels } from '@assay/video';

const { auc, falseAlarmRate, missRate } = stats;
const gridStatistics = { auc, falseAlarmRate, missRate };

/** The strongest level: the one that is told by itself. */
const strongestLevel = 5;

export interface GridCell {
  cell: Perturbation;
  rows: readonly stats.Observation[];
}

/**
 * What perturbations do to the figures: each cell by itself, its difference to the control (the same items, encoded
 * again by the same encoder without a perturbation) and to the items as they are, with paired intervals by group. Against
 * the items as they are, a cell would be blamed for the encoder and for other frames that are looked at too.
 *
 * @param plain one observation per item that was perturbed
 * @param control the same items in the same order, encoded again
 * @param cells the same items in the same order, perturbed
 * @param stills items left out, since the perturbations are for video
 */
export function evaluateGrid(
  plain: readonly stats.Observation[],
  control: readonly stats.Observation[],
  cells: readonly GridCell[],
  stills: number,
  settings: stats.BootstrapSettings,
) {
  const estimate = (rows: readonly stats.Observation[]) =>
    stats.estimate(gridStatistics, stats.sampleOf(rows), settings);
  const minus = (after: readonly stats.Observation[], before: readonly stats.Observation[]) =>
    stats.pairedDifferences(
      gridStatistics,
      after.map((row, i) => ({ before: before[i]!, after: row })),
      settings,
    );
  const covered = (rows: readonly stats.Observation[]) =>
    stats.intervalCoverage(
      rows.map((after, i) => ({ before: plain[i]!, after })),
      settings,
    );
  const compressed = cells.find(({ cell }) => cell.kind === 'compression' && cell.level === strongestLevel);
  return {
    items: plain.length,
    stills,
    unperturbed: estimate(plain),
    control: estimate(control),
    controlChanges: minus(control, plain),
    /** Share of items whose interval, as they are, holds the probability that they get when they are encoded again. */
    controlCoverage: covered(control),
    /** AUC lost from the control to the strongest compression; more is worse. */
    compressionDrop: compressed ? minus(control, compressed.rows).auc : null,
    cells: cells.map(({ cell: { kind, level }, rows }) => ({
      ...{ kind, level, amount: perturbationLevels[kind][level - 1] ?? 0 },
      figures: estimate(rows),
      changes: minus(rows, plain),
      changesFromControl: minus(rows, control),
      coverage: covered(rows),
    })),
  };
}

export type Grid = ReturnType<typeof evaluateGrid>;
