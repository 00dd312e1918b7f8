import { sampleVerdict } from '../testing/sample-verdict';
import { evaluateNoFace } from './evaluate-no-face';
import type { EvalItem } from './read-csv';

const settings = { seed: 1, resamples: 100 };
const item = (id: string): EvalItem => {
  return { id, file: id, path: id, fake: false, noFace: true, family: '', group: id, region: 'full', columns: {} };
};
const [reason] = sampleVerdict().reasons;
const [track] = sampleVerdict().tracks;
const nothing = (code: 'no_face' | 'faces_too_small') =>
  sampleVerdict({ verdict: 'inconclusive', probability: null, interval: null, tracks: [], reasons: [{ ...reason!, code }] }); // prettier-ignore

describe('items without a face', () => {
  it('count faces that are found all the same, also those that are too small to judge', () => {
    const { items, figures, found } = evaluateNoFace(
      ['socket', 'wall', 'crowd', 'cloud'].map(item),
      [
        sampleVerdict({ verdict: 'likely_authentic', probability: 0.2, tracks: [track!, track!] }),
        nothing('no_face'),
        nothing('faces_too_small'),
        sampleVerdict(),
      ],
      settings,
    );
    expect(items).toBe(4);
    expect(figures).toMatchObject({
      ...{ foundRate: { value: 0.75 }, judgedRate: { value: 0.5 }, flaggedRate: { value: 0.25 } },
    });
    expect(figures.foundRate.interval).not.toBeNull();
    expect(found.map(({ id, faces, probability }) => [id, faces, probability])).toEqual([
      ['cloud', 1, 0.934],
      ['socket', 2, 0.2],
      ['crowd', 0, null],
    ]);
  });
});
