import type { Policy } from '@assay/contracts';

/** What each figure is called in terminal and report, in the order of showing. */
export const figureWords = {
  auc: 'AUC',
  withinGroupAuc: 'AUC within groups',
  averagePrecision: 'average precision',
  equalErrorRate: 'equal error rate',
  pairsRight: 'side-by-side pairs ranked right',
  accuracy: 'right firm answers, of all',
  accuracyDecided: 'right, of the firm answers',
  falseAlarmRate: 'real called manipulated',
  detectionRate: 'fake called manipulated',
  missRate: 'fake called authentic',
  expectedCalibrationError: 'calibration error (ECE)',
  brierScore: 'Brier score',
  areaUnderRisk: 'area under risk and coverage',
  inconclusiveRate: 'inconclusive',
  abstainedRate: 'no probability (counted as 0.5)',
  precisionAtPrevalence: 'precision where fakes are rare',
} as const;

export type FigureName = keyof typeof figureWords;

interface FigureContext {
  thresholds: Policy['thresholds'];
  /** How rare fakes are. */
  realsPerFake: number;
  /** The calibration error that perfectly calibrated answers would show on so few items. */
  calibrationByChance: number;
}

/** The same with what a figure depends on. */
export function figureLabel(
  name: FigureName,
  { thresholds: { manipulated, authentic }, realsPerFake, calibrationByChance }: FigureContext,
): string {
  const given: Partial<Record<FigureName, string>> = {
    falseAlarmRate: `from ${manipulated}`,
    detectionRate: `from ${manipulated}`,
    missRate: `up to ${authentic}`,
    expectedCalibrationError: `${calibrationByChance.toFixed(3)} by chance`,
    precisionAtPrevalence: `1 to ${realsPerFake}`,
  };
  return given[name] ? `${figureWords[name]} (${given[name]})` : figureWords[name];
}
