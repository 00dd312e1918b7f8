import type { VerdictLabel } from '@assay/contracts';
import type { Observation, Statistic } from './sample';

/** Weighted share of the rows that pass `counts` among those that pass `among`. */
function share(among: (row: Observation) => boolean, counts: (row: Observation) => boolean): Statistic {
  return ({ rows, size }, weights) => {
    let all = 0;
    let hits = 0;
    for (let i = 0; i < size; i += 1) {
      const row = rows[i];
      if (!row || !among(row)) continue;
      all += weights[i] ?? 0;
      if (counts(row)) hits += weights[i] ?? 0;
    }
    return hits / all;
  };
}

const called =
  (label: VerdictLabel) =>
  (row: Observation): boolean =>
    row.label === label;
const everyRow = (): boolean => true;
const isFake = ({ fake }: Observation): boolean => fake;
const isReal = ({ fake }: Observation): boolean => !fake;
const isDecided = ({ label }: Observation): boolean => label === 'likely_manipulated' || label === 'likely_authentic';
const isRight = ({ label, fake }: Observation): boolean => label === (fake ? 'likely_manipulated' : 'likely_authentic');

/** Share of all rows that pass. */
export const shareOf = (counts: (row: Observation) => boolean): Statistic => share(everyRow, counts);

/** Real items that the policy called manipulated, of all real items. */
export const falseAlarmRate = share(isReal, called('likely_manipulated'));
/** Fakes that the policy called authentic, of all fakes. */
export const missRate = share(isFake, called('likely_authentic'));
/** Fakes that the policy called manipulated, of all fakes. */
export const detectionRate = share(isFake, called('likely_manipulated'));
/** Right firm answers among all items: an `inconclusive` is no right answer. */
export const accuracy = share(everyRow, isRight);
/** Right answers among the firm ones. */
export const accuracyDecided = share(isDecided, isRight);
/** Items with a firm answer: the policy's coverage. */
export const decidedRate = share(everyRow, isDecided);
export const inconclusiveRate = share(everyRow, called('inconclusive'));
/** Items without any probability. */
export const abstainedRate = share(everyRow, ({ abstained }) => abstained);

/**
 * Precision (positive predictive value) of `likely_manipulated` where a share `prevalence` of the media is fake, by
 * Bayes' rule from detection and false-alarm rate. NaN where nothing is called manipulated at all.
 */
export const precisionAt =
  (prevalence: number): Statistic =>
  (sample, weights) =>
    precision(prevalence, detectionRate(sample, weights), falseAlarmRate(sample, weights));

export function precision(prevalence: number, hitRate: number, alarmRate: number): number {
  const hits = prevalence * hitRate;
  return hits / (hits + (1 - prevalence) * alarmRate);
}

/**
 * Side-by-side pairs in which the fake scores strictly above the real one; a tie is not right. Every fake of a file is
 * paired with every real one of it.
 */
export const pairsRight: Statistic = ({ rows, size }, weights) => {
  const files = new Map<string, { fakes: number[]; reals: number[]; weight: number }>();
  for (let i = 0; i < size; i += 1) {
    const row = rows[i];
    if (!row || row.pair === null || !weights[i]) continue;
    const file = files.get(row.pair) ?? { fakes: [], reals: [], weight: weights[i] ?? 0 };
    (row.fake ? file.fakes : file.reals).push(row.score);
    files.set(row.pair, file);
  }
  let all = 0;
  let right = 0;
  for (const { fakes, reals, weight } of files.values()) {
    for (const fake of fakes) {
      for (const real of reals) {
        all += weight;
        if (fake > real) right += weight;
      }
    }
  }
  return right / all;
};
