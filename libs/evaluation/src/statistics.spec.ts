/**
 * Every figure against a value worked out by hand or an identity that must hold:
 * - a weight of two is the same as the row twice;
 * - intervals are by group, repeatable by seed, and cover what they should on simulated data.
 */
import { estimate, limitsOf, percentile } from './bootstrap';
import { brierScore, expectedCalibrationError, reliability } from './calibration';
import { calibrationByChance } from './consistency';
import { areaUnderRisk, coverageRisk } from './coverage-risk';
import { accuracy, detectionRate, falseAlarmRate, missRate, pairsRight, precision, precisionAt } from './decisions';
import { pairedDifferences } from './paired-differences';
import { seededRandom } from './random';
import { auc, averagePrecision, equalErrorRate, rocCurve, withinGroupAuc } from './ranking';
import { type Observation, type Sample, sampleOf, type Statistic, valueOf } from './sample';

const row = (fake: boolean, score: number, rest: Partial<Observation> = {}): Observation => ({
  fake,
  score,
  group: `${fake}-${score}`,
  label: score >= 0.7 ? 'likely_manipulated' : score <= 0.3 ? 'likely_authentic' : 'inconclusive',
  abstained: false,
  pair: null,
  ...rest,
});
const fakes = (...scores: number[]): Observation[] => scores.map((score) => row(true, score));
const reals = (...scores: number[]): Observation[] => scores.map((score) => row(false, score));
const of = (statistic: Statistic, rows: Observation[]): number => valueOf(statistic, sampleOf(rows));

describe('ranking', () => {
  it('counts a tie as half in the AUC', () => {
    // Comparisons: 0.9 beats both; 0.4 ties with 0.4 and beats 0.2.
    expect(of(auc, [...fakes(0.9, 0.4), ...reals(0.4, 0.2)])).toBeCloseTo(3.5 / 4);
    expect(of(auc, [...fakes(0.5, 0.5), ...reals(0.5)])).toBe(0.5);
    expect(of(auc, fakes(0.5))).toBeNaN();
  });

  it('is one minus itself when scores are turned round', () => {
    const rows = [...fakes(0.9, 0.35, 0.6), ...reals(0.4, 0.2, 0.6)];
    const turned = rows.map((each) => ({ ...each, score: 1 - each.score }));
    expect(of(auc, turned)).toBeCloseTo(1 - of(auc, rows));
  });

  it('is the area under its own curve', () => {
    const points = rocCurve(sampleOf([...fakes(0.9, 0.35, 0.6, 0.6), ...reals(0.4, 0.2, 0.6)]));
    let area = 0;
    for (const [i, point] of points.entries()) {
      const last = points[i - 1];
      if (last) area += ((point.falseAlarmRate - last.falseAlarmRate) * (point.hitRate + last.hitRate)) / 2;
    }
    expect(area).toBeCloseTo(of(auc, [...fakes(0.9, 0.35, 0.6, 0.6), ...reals(0.4, 0.2, 0.6)]));
  });

  it('gives the average precision of the documentation of scikit-learn', () => {
    // average_precision_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) = 0.8333...
    expect(of(averagePrecision, [...reals(0.1, 0.4), ...fakes(0.35, 0.8)])).toBeCloseTo(5 / 6);
    expect(of(averagePrecision, [...fakes(0.5), ...reals(0.5, 0.5, 0.5)])).toBeCloseTo(1 / 4);
  });

  it('finds the equal error rate between points of the curve', () => {
    expect(of(equalErrorRate, [...fakes(0.9, 0.8), ...reals(0.2, 0.1)])).toBe(0);
    expect(of(equalErrorRate, [...fakes(0.1), ...reals(0.9)])).toBe(1);
    expect(of(equalErrorRate, [...fakes(0.5), ...reals(0.5)])).toBe(0.5);
    expect(of(equalErrorRate, [...fakes(0.9, 0.3), ...reals(0.6, 0.1)])).toBe(0.5);
  });

  it('compares inside groups alone', () => {
    const inGroup = (group: string, rows: Observation[]): Observation[] => rows.map((each) => ({ ...each, group }));
    const rows = [...inGroup('a', [...fakes(0.3), ...reals(0.2)]), ...inGroup('b', [...fakes(0.9), ...reals(0.8)])];
    expect(of(auc, rows)).toBeCloseTo(3 / 4);
    expect(of(withinGroupAuc, rows)).toBe(1);
    expect(of(withinGroupAuc, [...fakes(0.5), ...reals(0.2)])).toBeNaN();
  });

  it.each([
    ['auc', auc],
    ['ap', averagePrecision],
    ['eer', equalErrorRate],
    ['ece', expectedCalibrationError],
    ['brier', brierScore],
    ['aurc', areaUnderRisk],
    ['accuracy', accuracy],
  ])('takes a weight of two as the row twice: %s', (_, statistic) => {
    const rows = [...fakes(0.9, 0.35, 0.6), ...reals(0.4, 0.2, 0.6)];
    const sample = sampleOf(rows);
    const weights = Float64Array.from(sample.rows, (_each, i) => (i % 2 ? 2 : 1));
    const repeated = sample.rows.flatMap((each, i) => (i % 2 ? [each, each] : [each]));
    expect(statistic(sample, weights)).toBeCloseTo(of(statistic, repeated));
  });
});

describe('decisions', () => {
  const rows = [...fakes(0.9, 0.8, 0.5, 0.1), ...reals(0.75, 0.5, 0.2, 0.1, 0.05)];

  it('counts what the policy said', () => {
    expect(of(falseAlarmRate, rows)).toBeCloseTo(1 / 5);
    expect(of(missRate, rows)).toBeCloseTo(1 / 4);
    expect(of(detectionRate, rows)).toBeCloseTo(2 / 4);
    expect(of(accuracy, rows)).toBeCloseTo(5 / 9);
  });

  it('gives the precision that a rare forgery leaves', () => {
    expect(precision(1 / 21, 0.8, 0.1)).toBeCloseTo(0.8 / (0.8 + 20 * 0.1));
    expect(of(precisionAt(1 / 21), rows)).toBeCloseTo(0.5 / (0.5 + 20 * 0.2));
  });

  it('takes a side-by-side pair as right only when the fake is strictly above', () => {
    const pair = (name: string, fake: number, real: number): Observation[] => [
      row(true, fake, { pair: name }),
      row(false, real, { pair: name }),
    ];
    expect(of(pairsRight, [...pair('a', 0.6, 0.5), ...pair('b', 0.5, 0.5), ...pair('c', 0.2, 0.4)])).toBeCloseTo(1 / 3);
  });
});

describe('calibration', () => {
  it('is the distance of confidence and truth, bin by bin', () => {
    // One bin at 0.85 with 1 of 2 fake, one at 0.1 with 0 of 2 fake: (2 * 0.35 + 2 * 0.1) / 4.
    const rows = [...fakes(0.85), ...reals(0.85, 0.1, 0.1)];
    expect(of(expectedCalibrationError, rows)).toBeCloseTo(0.225);
    expect(of(brierScore, rows)).toBeCloseTo((0.15 ** 2 + 0.85 ** 2 + 2 * 0.01) / 4);
    expect(reliability(sampleOf(rows))[8]).toMatchObject({ count: 2, shareFake: 0.5 });
    expect(reliability(sampleOf(fakes(1)))[9]).toMatchObject({ count: 1 });
  });
});

describe('calibration by chance', () => {
  const settings = { seed: 1, resamples: 500 };
  const even = (count: number): Sample =>
    sampleOf(Array.from({ length: count }, (_, i) => row(i % 2 === 0, (i + 0.5) / count)));

  it('is what few items show of perfect answers, and goes with their number', () => {
    const [few, many] = [calibrationByChance(even(60), settings)!, calibrationByChance(even(6000), settings)!];
    expect(few.mean).toBeGreaterThan(0.08);
    expect(few.upper).toBeGreaterThan(few.mean);
    expect(many.mean).toBeLessThan(few.mean / 7);
    expect(calibrationByChance(even(60), settings)).toEqual(few);
    expect(calibrationByChance(sampleOf([]), settings)).toBeNull();
  });

  it('is nothing where answers are certain', () => {
    expect(calibrationByChance(sampleOf([...fakes(1, 1), ...reals(0, 0)]), settings)).toEqual({ mean: 0, upper: 0 });
  });
});

describe('coverage against risk', () => {
  it('answers the surest first, equal confidence together', () => {
    const points = coverageRisk(sampleOf([...fakes(0.95, 0.5), ...reals(0.8, 0.4)]));
    expect(points.map(({ coverage, risk }) => [coverage, Number(risk.toFixed(3))])).toEqual([
      [0.25, 0],
      [0.5, 0.5],
      [0.75, 0.333],
      [1, 0.375],
    ]);
    expect(of(areaUnderRisk, [...fakes(0.5), ...reals(0.5)])).toBe(0.5);
  });
});

describe('bootstrap by group', () => {
  const settings = { seed: 1, resamples: 400 };

  it('gives the same limits for the same seed and others for another', () => {
    const rows = [...fakes(0.9, 0.35, 0.6, 0.7), ...reals(0.4, 0.2, 0.65, 0.1)];
    const at = (seed: number): unknown => estimate({ auc }, sampleOf(rows), { ...settings, seed }).auc.interval;
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
  });

  it('does not take ten copies of a group for ten groups', () => {
    const rows = [...fakes(0.9, 0.35, 0.6, 0.7), ...reals(0.4, 0.2, 0.65, 0.1)];
    const copies = rows.flatMap((each) => Array.from({ length: 10 }, () => each));
    const width = (of: Observation[]): number => {
      const [low, high] = estimate({ auc }, sampleOf(of), settings).auc.interval ?? [0, 0];
      return high - low;
    };
    expect(width(copies)).toBeCloseTo(width(rows));
  });

  it('has no ROC curve where a side is missing', () => {
    expect(rocCurve(sampleOf(fakes(0.5, 0.6)))).toEqual([]);
    expect(rocCurve(sampleOf(reals(0.5)))).toEqual([]);
  });

  it('gives no interval where there is one group, and no value where there is none', () => {
    const one = [row(true, 0.9, { group: 'a' }), row(false, 0.1, { group: 'a' })];
    expect(estimate({ auc }, sampleOf(one), settings).auc).toEqual({ value: 1, interval: null });
    expect(estimate({ auc }, sampleOf(fakes(0.5, 0.6)), settings).auc).toEqual({ value: null, interval: null });
  });

  it('takes percentiles as numpy does', () => {
    expect(percentile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(limitsOf(Array.from({ length: 101 }, (_, i) => i))).toEqual([2.5, 97.5]);
  });

  it('covers the true AUC in about 95 % of simulated sets whose items share groups', () => {
    const random = seededRandom(7);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    // Score = 1 * fake + group effect + noise, both of variance 1/2: AUC = Phi(1 / sqrt 2) = 0.76025.
    const truth = 0.76025;
    const sets = 200;
    let covered = 0;
    for (let set = 0; set < sets; set += 1) {
      const rows = Array.from({ length: 60 }, (_, g) => {
        const effect = normal() * Math.SQRT1_2;
        const fake = g % 2 === 0;
        return [0, 1].map(() => row(fake, (fake ? 1 : 0) + effect + normal() * Math.SQRT1_2, { group: `g${g}` }));
      }).flat();
      const [low, high] = estimate({ auc }, sampleOf(rows), { seed: set, resamples: 300 }).auc.interval ?? [1, 0];
      if (low <= truth && truth <= high) covered += 1;
    }
    expect(covered / sets).toBeGreaterThan(0.89);
    expect(covered / sets).toBeLessThan(0.99);
  });
});

describe('paired differences', () => {
  const before = [...fakes(0.9, 0.35, 0.6, 0.7), ...reals(0.4, 0.2, 0.65, 0.1)];

  it('are nothing, surely, between a run and itself', () => {
    const pairs = before.map((each) => ({ before: each, after: each }));
    const { auc: difference } = pairedDifferences({ auc }, pairs, { seed: 1, resamples: 200 });
    expect(difference).toEqual({ value: 0, interval: [0, 0] });
  });

  it('are nothing where only the scale of the scores changed, and all of it where their order turned', () => {
    const pairs = before.map((each) => ({ before: each, after: { ...each, score: each.score * 0.9 + 0.01 } }));
    const { auc: difference } = pairedDifferences({ auc }, pairs, { seed: 1, resamples: 200 });
    expect(difference).toEqual({ value: 0, interval: [0, 0] });
    const worse = before.map((each) => ({ before: each, after: { ...each, score: 1 - each.score } }));
    expect(pairedDifferences({ auc }, worse, { seed: 1, resamples: 200 }).auc.value).toBeCloseTo(1 - 2 * (13 / 16));
  });

  it('have no interval where there is one group', () => {
    const pairs = before.map((each) => ({
      before: { ...each, group: 'a' },
      after: { ...each, score: 1 - each.score },
    }));
    expect(pairedDifferences({ auc }, pairs, { seed: 1, resamples: 200 }).auc.interval).toBeNull();
  });
});
