/** Invariants, with a real Redis: the index is that of the formula; drift is told when there is some, and not of chance alone. */
import { createRedisTallies, type TallyStore } from '@assay/storage';
import { startRedis, type TestRedis } from '../../../../test/support/redis';
import { countScores, readDrift, referenceOf } from './drift';
import { joined, joinIntervals, populationStability, stabilityByChance } from './population-stability';
import { binOf, scoreBins } from './score-bins';

let redis: TestRedis;
let tallies: TallyStore;
beforeAll(async () => {
  redis = await startRedis();
  tallies = createRedisTallies({ url: redis.url });
});
afterAll(async () => {
  await tallies.close();
  await redis.close();
});

const dayMs = 24 * 3_600_000;
const today = Date.parse('2026-11-24T12:00:00Z');
const face = (logit: number) => ({ probability: 0.5, scores: { xray: logit } });

/** Normal numbers, always the same ones. */
function normals(count: number, mean: number, seed: number): number[] {
  let state = seed;
  const uniform = (): number => ((state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) + 0.5) / 2 ** 32;
  return Array.from(
    { length: count },
    () => mean + Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

describe('populationStability', () => {
  it('is the sum of (n - r) ln(n / r) over the shares', () => {
    // With so many counts the half ones of empty intervals no longer show.
    const [reference, now] = [
      [500_000, 300_000, 200_000],
      [400_000, 300_000, 300_000],
    ];
    const byHand = -0.1 * Math.log(0.4 / 0.5) + 0.1 * Math.log(0.3 / 0.2);
    expect(populationStability(reference, now)).toBeCloseTo(byHand, 5);
    expect(populationStability(reference, reference)).toBe(0);
    expect(populationStability([0, 0], [1, 2])).toBeNull();
    expect(populationStability([5, 0], [0, 5])).toBeGreaterThan(1);
  });

  it('stays near what is expected by chance when nothing has changed', () => {
    const counts = (values: number[]) =>
      values.reduce(
        (all, value) => all.with(binOf(value), (all[binOf(value)] ?? 0) + 1),
        new Array<number>(scoreBins.length + 1).fill(0),
      );
    const indices = Array.from({ length: 40 }, (_, i) => {
      const [reference, now] = [counts(normals(2000, 0, i + 1)), counts(normals(1000, 0, 1000 + i))];
      const ends = joinIntervals(reference);
      return (
        (populationStability(joined(reference, ends), joined(now, ends)) ?? 0) /
        stabilityByChance(ends.length, 1000, 2000)
      );
    });
    const mean = indices.reduce((sum, value) => sum + value, 0) / indices.length;
    expect(mean).toBeGreaterThan(0.7);
    expect(mean).toBeLessThan(1.3);
  });

  it('joins intervals until each has about a tenth, and loses none', () => {
    const histogram = [1, 1, 50, 30, 8, 0, 10, 0];
    const ends = joinIntervals(histogram);
    expect(ends.at(-1)).toBe(histogram.length - 1);
    expect(joined(histogram, ends).reduce((sum, count) => sum + count, 0)).toBe(100);
    expect(Math.min(...joined(histogram, ends))).toBeGreaterThanOrEqual(10);
  });
});

describe('binOf', () => {
  it('puts a logit under the first end that is not below it', () => {
    expect([binOf(-20), binOf(-8), binOf(-7.9)]).toEqual([0, 0, 1]);
    expect(scoreBins[binOf(0.3)]).toBe(0.5);
    expect(scoreBins[binOf(0)]).toBe(0);
    expect([binOf(8), binOf(8.1)]).toEqual([scoreBins.length - 1, scoreBins.length]);
  });
});

describe('drift', () => {
  it('is told where scores have moved, and not where they have not', async () => {
    const set = 'd'.repeat(64);
    const before = today - 20 * dayMs;
    await countScores(set, normals(2000, 0, 5).map(face), tallies, before);
    // A face that was not judged is no score.
    await countScores(set, [{ probability: null, scores: { xray: 3 } }], tallies, before);
    const reference = await referenceOf(set, tallies, before);
    expect(reference).toMatchObject({ set, to: '2026-11-04' });
    expect(await readDrift(set, reference, 2, tallies, today)).toMatchObject({
      models: [{ model: 'xray', level: 'unknown', psi: null, scores: 0, referenceScores: 2000 }],
    });
    await countScores(set, normals(1000, 0, 6).map(face), tallies, today - 3 * dayMs);
    await countScores(set, normals(1000, 0.9, 7).map(face), tallies, today);
    const same = await readDrift(set, reference, 1, tallies, today - 3 * dayMs);
    expect(same.models).toMatchObject([{ level: 'none', scores: 1000 }]);
    const moved = await readDrift(set, reference, 2, tallies, today);
    expect(moved).toMatchObject({
      set,
      from: '2026-11-23',
      to: '2026-11-24',
      models: [{ level: 'much', scores: 1000 }],
    });
    const [model] = moved.models;
    expect(model?.intervals.reduce((sum, { now }) => sum + now, 0)).toBeCloseTo(1, 9);
    expect(model?.intervals.at(-1)?.upTo).toBeNull();
  });

  it('has no reference of few scores, and compares none with the reference of another set', async () => {
    const set = 'e'.repeat(64);
    await countScores(set, normals(20, 0, 8).map(face), tallies, today);
    expect(await referenceOf(set, tallies, today)).toBeNull();
    expect(await referenceOf('f'.repeat(64), tallies, today)).toBeNull();
    const foreign = { set: 'd'.repeat(64), from: '2026-11-01', to: '2026-11-02', histograms: { xray: [500, 500] } };
    expect(await readDrift(set, foreign, 1, tallies, today)).toMatchObject({
      reference: null,
      models: [{ level: 'unknown', psi: null, scores: 20 }],
    });
  });
});
