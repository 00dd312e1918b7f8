import * as stats from '@assay/evaluation';

const { auc, detectionRate, missRate, falseAlarmRate } = stats;
const attackStatistics = { auc, detectionRate, missRate };
const everyoneStatistics = { auc, falseAlarmRate };

const isCaught = ({ fake, label }: stats.Observation): boolean => fake && label === 'likely_manipulated';

/**
 * What attacks do that need nothing but the finished video.
 *
 * - `success`: fakes that are no longer called manipulated, of those that were before the attack
 * - `figures`, `changes`: only the fakes are attacked, as a forger would, and real items are encoded again
 * - `everyone`: real items are altered alike, as people do who mean no harm; their false alarms show who pays for it
 *
 * Changes are against the control (all encoded again and nothing else), with paired intervals by group.
 *
 * @param control one observation per item
 * @param attacks the same items in the same order, altered
 * @param stills items left out, since the attacks are for video
 */
export function evaluateAttacks(
  control: readonly stats.Observation[],
  attacks: readonly { name: string; rows: readonly stats.Observation[] }[],
  stills: number,
  settings: stats.BootstrapSettings,
) {
  const estimate = <Name extends string>(
    statistics: Record<Name, stats.Statistic>,
    rows: readonly stats.Observation[],
  ) => stats.estimate(statistics, stats.sampleOf(rows), settings);
  const changes = <Name extends string>(
    statistics: Record<Name, stats.Statistic>,
    rows: readonly stats.Observation[],
  ) =>
    stats.pairedDifferences(
      statistics,
      rows.map((after, i) => ({ before: control[i]!, after })),
      settings,
    );
  return {
    items: control.length,
    stills,
    control: estimate({ ...attackStatistics, falseAlarmRate }, control),
    attacks: attacks.map(({ name, rows }) => {
      const fakesOnly = rows.map((row, i) => (row.fake ? row : control[i]!));
      const caught = rows.filter((_, i) => isCaught(control[i]!));
      const { success } = estimate({ success: stats.shareOf((row) => !isCaught(row)) }, caught);
      return {
        name,
        /** Fakes called manipulated before: what an attack can win. */
        caught: caught.length,
        success,
        figures: estimate(attackStatistics, fakesOnly),
        changes: changes(attackStatistics, fakesOnly),
        everyone: { figures: estimate(everyoneStatistics, rows), changes: changes(everyoneStatistics, rows) },
      };
    }),
  };
}

export type Attacks = ReturnType<typeof evaluateAttacks>;
