/**
 * - The interval's word is kept or not by every copy, not by the last one of an item.
 * - A verdict that stays is told apart from two firm ones that contradict each other.
 */
import type { Observation } from '@assay/evaluation';
import { evaluateUploads } from './evaluate-uploads';

const settings = { seed: 1, resamples: 300 };
const labelOf = (score: number) =>
  score >= 0.7 ? 'likely_manipulated' : score <= 0.3 ? 'likely_authentic' : 'inconclusive';
const row = (fake: boolean, score: number, i: number): Observation => ({
  ...{ fake, score, group: `g${i}`, label: labelOf(score), abstained: false, pair: null },
  interval: [score - 0.25, score + 0.25],
});
const plain = Array.from({ length: 20 }, (_, i) => row(i < 10, i < 10 ? 0.8 : 0.2, i));
const moved = (by: (i: number) => number) => plain.map(({ fake, score }, i) => row(fake, score + by(i), i));

describe('what is said after an upload', () => {
  const found = evaluateUploads(
    plain,
    [
      { name: 'reencoded', rows: moved(() => 0.01) },
      // Five fakes lose their verdict and leave their interval; five become authentic.
      { name: 'half-size', rows: moved((i) => (i < 5 ? -0.3 : i < 10 ? -0.7 : 0)) },
    ],
    2,
    settings,
  );

  it('counts every copy for the interval', () => {
    expect(found).toMatchObject({ items: 20, stills: 2, coverage: { value: 0.75 } });
    expect(found.uploads.map(({ name, coverage }) => [name, coverage.value])).toEqual([
      ['reencoded', 1],
      ['half-size', 0.5],
    ]);
  });

  it('tells what holds from what contradicts', () => {
    expect(found.uploads.map(({ held }) => held.value)).toEqual([1, 0.5]);
    expect(found.contradicted.value).toBe(0.25);
  });

  it('gives the figures of each, and their change against the items as they are', () => {
    const [reencoded, half] = found.uploads;
    expect([found.unaltered.auc.value, reencoded!.changes.auc.value]).toEqual([1, 0]);
    // Half the fakes stand at 0.5 above all real ones, half below them.
    expect(half!.figures.auc.value).toBe(0.5);
    expect(half!.changes.detectionRate.value).toBe(-1);
  });
});
