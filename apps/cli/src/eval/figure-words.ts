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
  missRate: 'fake called authentic',
  expectedCalibrationError: 'calibration error (ECE)',
  brierScore: 'Brier score',
  areaUnderRisk: 'area under risk and coverage',
  inconclusiveRate: 'inconclusive',
  abstainedRate: 'no probability (counted as 0.5)',
  precisionAtPrevalence: 'precision where fakes are rare',
} as const;
