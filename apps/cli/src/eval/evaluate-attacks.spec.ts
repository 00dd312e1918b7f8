/**
 * - Success counts only fakes that were caught before, and a fake that now has no firm answer got through.
 * - A forger attacks fakes alone; what happens to real items altered alike is told apart.
 * - Changes are against the control.
 */
import type { Observation } from '@assay/evaluation';
import { CliError } from '../exit';
import { evaluateAttacks } from './evaluate-attacks';
import { parseAttacks } from './parse-attacks';

const settings = { seed: 1, resamples: 300 };
const labelOf = (score: number) =>
  score >= 0.7 ? 'likely_manipulated' : score <= 0.3 ? 'likely_authentic' : 'inconclusive';
const row = (fake: boolean, score: number, i: number): Observation => {
  return { fake, score, group: `g${i}`, label: labelOf(score), abstained: false, pair: null };
};

describe('attacks', () => {
  // Ten fakes of which eight are caught, ten real items.
  const control = Array.from({ length: 20 }, (_, i) => row(i < 10, i < 8 ? 0.9 : i < 10 ? 0.5 : 0.1, i));

  it('win what is caught before and not after', () => {
    // Of the caught, two become inconclusive and two authentic; all real items are called manipulated when altered.
    const rows = control.map((each, i) => row(each.fake, i < 2 ? 0.5 : i < 4 ? 0.2 : i < 10 ? 0.9 : 0.8, i));
    const { attacks, ...rest } = evaluateAttacks(control, [{ name: 'beauty', rows }], 3, settings);
    expect(rest).toMatchObject({ items: 20, stills: 3, control: { auc: { value: 1 }, detectionRate: { value: 0.8 } } });
    const [beauty] = attacks;
    expect(beauty).toMatchObject({ name: 'beauty', caught: 8, success: { value: 0.5 } });
    // 0.9 twice more (the two that were missed before), lost four: six of ten.
    expect(beauty!.figures.detectionRate.value).toBeCloseTo(0.6);
    expect(beauty!.changes.detectionRate.value).toBeCloseTo(-0.2);
    expect(beauty!.figures.auc.value).toBe(1);
    expect(beauty!.changes.auc).toEqual({ value: 0, interval: [0, 0] });
    expect(beauty!.everyone.figures.falseAlarmRate.value).toBe(1);
    expect(beauty!.everyone.changes.falseAlarmRate).toEqual({ value: 1, interval: [1, 1] });
    expect(beauty!.everyone.figures.auc.value).toBeCloseTo(0.6);
    const [low, high] = beauty!.success.interval!;
    // A share of a half among eight has a standard error of 0.18.
    expect(low).toBeGreaterThan(0.5 - 3 * 0.18);
    expect(low).toBeLessThan(0.4);
    expect(high).toBeGreaterThan(0.6);
  });

  it('win nothing where nothing was caught', () => {
    const blind = control.map(({ fake }, i) => row(fake, 0.5, i));
    const { attacks } = evaluateAttacks(blind, [{ name: 'beauty', rows: blind }], 0, settings);
    expect(attacks[0]).toMatchObject({ caught: 0, success: { value: null, interval: null } });
  });
});

describe('the words of --attack', () => {
  it('mean attacks, each once, in their order', () => {
    expect(parseAttacks('all')).toHaveLength(5);
    expect(parseAttacks('makeup, laundering,laundering:median')).toEqual([
      ...['laundering:resample', 'laundering:median', 'laundering:denoise', 'makeup'],
    ]);
  });

  it.each(['', 'blur', 'laundering:', 'beauty,,makeup'])('are refused when they mean none: "%s"', (words) => {
    expect(() => parseAttacks(words)).toThrow(CliError);
  });
});
