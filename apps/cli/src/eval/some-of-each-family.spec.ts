import type { EvalItem } from './read-csv';
import { someOfEachFamily } from './some-of-each-family';

const item = (family: string, group: number, fake: boolean): EvalItem => {
  const id = `${family}-${group}`;
  return { id, file: id, path: id, fake, family, group: `g${group}`, region: 'full', columns: { label: fake ? 'fake' : 'real' } }; // prettier-ignore
};
const groups = Array.from({ length: 50 }, (_, i) => i);
const items = [
  ...groups.map((group) => item('youtube', group, false)),
  ...groups.map((group) => item('swap', group, true)).reverse(),
  ...groups.slice(0, 3).map((group) => item('rare', group, true)),
];

describe('some of each family', () => {
  it('are the same groups in every family, and a small family is all there', () => {
    const chosen = someOfEachFamily(items, 10, 1);
    const of = (family: string): string[] =>
      chosen
        .filter((each) => each.family === family)
        .map(({ group }) => group)
        .sort();
    expect(of('youtube')).toHaveLength(10);
    expect(of('swap')).toEqual(of('youtube'));
    expect(of('rare')).toHaveLength(3);
  });

  it('follow the seed and not the order of the items', () => {
    const ids = (some: readonly EvalItem[], seed: number): string[] =>
      someOfEachFamily(some, 10, seed)
        .map(({ id }) => id)
        .sort();
    expect(ids([...items].reverse(), 1)).toEqual(ids(items, 1));
    expect(ids(items, 2)).not.toEqual(ids(items, 1));
  });
});
