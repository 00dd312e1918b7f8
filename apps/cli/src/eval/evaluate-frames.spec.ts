/**
 * - A frame is scored once: by the highest logit among its faces, and by nothing of its neighbours.
 * - Faces that were not judged, and clips without a judged face, give no frame.
 * - Intervals draw whole groups: twice the frames of the same clips make them no narrower.
 */
import { sampleVerdict } from '../testing/sample-verdict';
import { evaluateFrames } from './evaluate-frames';
import type { EvalItem } from './read-csv';

const settings = { seed: 1, resamples: 300 };
const item = (name: string, fake: boolean, family = fake ? 'swap' : 'real'): EvalItem => {
  return { id: name, file: name, path: name, fake, family, group: name, region: 'full', columns: {} };
};

/** A verdict with one track for each list of logits; frames stand a second apart. */
function judged(...tracks: (number | null)[][]) {
  const [track] = sampleVerdict().tracks;
  const [seen] = track!.observations;
  return sampleVerdict({
    tracks: tracks.map((logits, index) => ({
      ...track!,
      index,
      observations: logits.map((logit, seconds) => ({ ...seen!, seconds, logit })),
    })),
  });
}

describe('figures of frames', () => {
  it('are those of the highest face in each judged frame', () => {
    // By hand: fake frames 2, 0 and real frames 1, -1: three of four comparisons are right.
    const { frames, clips, pooled } = evaluateFrames(
      [item('a', true), item('b', false), item('c', false)],
      [judged([2, null, 0], [-3, null, null]), judged([1, -1]), judged()],
      settings,
    );
    expect([frames, clips]).toEqual([4, 2]);
    expect(pooled.auc.value).toBe(0.75);
    expect(pooled.averagePrecision.value).toBeCloseTo((1 + 2 / 3) / 2);
    expect(pooled.equalErrorRate.value).toBe(0.5);
  });

  it('are given for each family against all real frames', () => {
    const { families } = evaluateFrames(
      [item('a', true, 'swap'), item('b', true, 'puppet'), item('c', false)],
      [judged([3, 3, 3]), judged([-3]), judged([0, 0])],
      settings,
    );
    expect(families.map(({ family, frames, figures }) => [family, frames, figures.auc.value])).toEqual([
      ['puppet', 1, 0],
      ['swap', 3, 1],
    ]);
  });

  it('have the uncertainty of the groups, however many frames a clip has', () => {
    const items = Array.from({ length: 20 }, (_, i) => item(String(i), i % 2 === 0));
    const verdicts = (times: number) =>
      items.map(({ fake }, i) => judged(Array<number>(times).fill((fake ? 0.6 : 0) + ((i * 7) % 10) / 5)));
    const [once, often] = [1, 16].map((times) => evaluateFrames(items, verdicts(times), settings));
    expect(once!.pooled.auc.interval).not.toBeNull();
    expect(often!.pooled.auc).toEqual(once!.pooled.auc);
  });

  it('are not defined where no face was judged', () => {
    const { frames, pooled } = evaluateFrames([item('a', true), item('b', false)], [judged(), judged()], settings);
    expect([frames, pooled.auc]).toEqual([0, { value: null, interval: null }]);
  });
});
