import type { Verdict } from '@assay/contracts';
import * as stats from '@assay/evaluation';
import type { EvalItem } from './read-csv';

export const clipStatistics = {
  auc: stats.auc,
  withinGroupAuc: stats.withinGroupAuc,
  averagePrecision: stats.averagePrecision,
  equalErrorRate: stats.equalErrorRate,
  pairsRight: stats.pairsRight,
  accuracy: stats.accuracy,
  accuracyDecided: stats.accuracyDecided,
  falseAlarmRate: stats.falseAlarmRate,
  detectionRate: stats.detectionRate,
  missRate: stats.missRate,
  expectedCalibrationError: stats.expectedCalibrationError,
  brierScore: stats.brierScore,
  areaUnderRisk: stats.areaUnderRisk,
  inconclusiveRate: stats.inconclusiveRate,
  abstainedRate: stats.abstainedRate,
};

/** Clip level: one observation per item; a missing probability counts as one half. */
export function clipSample(items: readonly EvalItem[], verdicts: readonly Verdict[]): stats.Observation[] {
  return items.map((item, i) => {
    const verdict = verdicts[i]!;
    return {
      score: verdict.probability ?? stats.abstentionScore,
      fake: item.fake,
      group: item.group,
      label: verdict.verdict,
      abstained: verdict.probability === null,
      interval: verdict.interval,
      pair: item.region === 'full' ? null : item.file,
    };
  });
}

/** All figures: pooled, and each family's fakes against all real items. */
export function evaluate(
  items: readonly EvalItem[],
  verdicts: readonly Verdict[],
  settings: stats.BootstrapSettings,
  prevalence: number,
) {
  const rows = clipSample(items, verdicts);
  const all = { ...clipStatistics, precisionAtPrevalence: stats.precisionAt(prevalence) };
  const families = [...new Set(items.filter(({ fake }) => fake).map(({ family }) => family))].sort();
  const pooled = stats.sampleOf(rows);
  return {
    pooled: stats.estimate(all, pooled, settings),
    families: families.map((family) => {
      const some = rows.filter((row, i) => !row.fake || items[i]?.family === family);
      return {
        family,
        fakes: some.filter(({ fake }) => fake).length,
        figures: stats.estimate(
          { auc: stats.auc, withinGroupAuc: stats.withinGroupAuc, missRate: stats.missRate },
          stats.sampleOf(some),
          settings,
        ),
      };
    }),
    roc: stats.rocCurve(pooled),
    reliability: stats.reliability(pooled),
    calibrationByChance: stats.calibrationByChance(pooled, settings),
    coverageRisk: stats.coverageRisk(pooled),
  };
}
