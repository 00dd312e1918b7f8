import { countLabels, eachScore, type Sample, type Statistic, unitWeights } from './sample';

/**
 * Area under the ROC curve: the chance that a fake scores above a real one, ties counting half (Mann-Whitney U over
 * n1 n0; Hanley & McNeil 1982).
 */
export const auc: Statistic = (sample, weights) => {
  const { fakes, reals } = countLabels(sample, weights);
  let above = 0;
  let fakesSoFar = 0;
  eachScore(sample, weights, (fakesHere, realsHere) => {
    above += realsHere * (fakesSoFar + fakesHere / 2);
    fakesSoFar += fakesHere;
  });
  return above / (fakes * reals);
};

/**
 * Average precision: the sum over distinct scores of precision times the recall gained there, without interpolation
 * (as scikit-learn's `average_precision_score`). Depends on the share of fakes in the set, unlike AUC.
 */
export const averagePrecision: Statistic = (sample, weights) => {
  const { fakes, reals } = countLabels(sample, weights);
  if (reals === 0) return NaN;
  let sum = 0;
  let fakesSoFar = 0;
  let soFar = 0;
  eachScore(sample, weights, (fakesHere, realsHere) => {
    fakesSoFar += fakesHere;
    soFar += fakesHere + realsHere;
    sum += (fakesSoFar / soFar) * (fakesHere / fakes);
  });
  return sum;
};

/** Equal error rate: where the ROC curve, straight between its points, has as many false alarms as misses. */
export const equalErrorRate: Statistic = (sample, weights) => {
  const { fakes, reals } = countLabels(sample, weights);
  if (fakes === 0 || reals === 0) return NaN;
  let falseAlarm = 0;
  let hit = 0;
  let found = NaN;
  eachScore(sample, weights, (fakesHere, realsHere) => {
    const nextAlarm = falseAlarm + realsHere / reals;
    const nextHit = hit + fakesHere / fakes;
    const before = 1 - hit - falseAlarm;
    const after = 1 - nextHit - nextAlarm;
    if (Number.isNaN(found) && after <= 0) {
      const part = before / (before - after);
      found = falseAlarm + part * (nextAlarm - falseAlarm);
    }
    falseAlarm = nextAlarm;
    hit = nextHit;
  });
  return found;
};

/**
 * Share of (fake, real) comparisons inside one group that are right, ties half: how well the forgery shows where footage,
 * person and codec are the same. NaN where no group has both.
 */
export const withinGroupAuc: Statistic = (sample, weights) => {
  const count = sample.groups.length;
  const fakesAbove = new Float64Array(count);
  const reals = new Float64Array(count);
  const tieFakes = new Float64Array(count);
  const tieReals = new Float64Array(count);
  const copies = new Float64Array(count);
  let right = 0;
  let i = 0;
  while (i < sample.size) {
    const score = sample.scores[i];
    const touched: number[] = [];
    for (; i < sample.size && sample.scores[i] === score; i += 1) {
      const group = sample.group[i] ?? 0;
      const weight = weights[i] ?? 0;
      copies[group] = Math.max(copies[group] ?? 0, weight);
      touched.push(group);
      // A group that was drawn twice is two groups: its copies are not compared with each other.
      if (weight > 0) (sample.fake[i] ? tieFakes : tieReals)[group]! += 1;
    }
    for (const group of touched) {
      const fakesHere = tieFakes[group] ?? 0;
      const realsHere = tieReals[group] ?? 0;
      right += (copies[group] ?? 0) * realsHere * ((fakesAbove[group] ?? 0) + fakesHere / 2);
      fakesAbove[group]! += fakesHere;
      reals[group]! += realsHere;
      tieFakes[group] = 0;
      tieReals[group] = 0;
    }
  }
  let comparisons = 0;
  for (let g = 0; g < count; g += 1) comparisons += (copies[g] ?? 0) * (fakesAbove[g] ?? 0) * (reals[g] ?? 0);
  return right / comparisons;
};

/** A point of the ROC curve: shares of real and of fake items with this score or a higher one. */
export interface RocPoint {
  falseAlarmRate: number;
  hitRate: number;
  score: number | null;
}

/** Highest score first; empty where there are no real items or no fakes, since there is no curve then. */
export function rocCurve(sample: Sample): RocPoint[] {
  const weights = unitWeights(sample);
  const { fakes, reals } = countLabels(sample, weights);
  if (fakes === 0 || reals === 0) return [];
  const points: RocPoint[] = [{ falseAlarmRate: 0, hitRate: 0, score: null }];
  let alarms = 0;
  let hits = 0;
  eachScore(sample, weights, (fakesHere, realsHere, score) => {
    alarms += realsHere;
    hits += fakesHere;
    points.push({ falseAlarmRate: alarms / reals, hitRate: hits / fakes, score });
  });
  return points;
}
