import { intervalWords } from './verdict-words';

it('says what an interval holds: other frames and other ways of the same footage; of a picture that nobody measured it', () => {
  expect(intervalWords({ kind: 'video' })).toMatch(
    /nine of ten probabilities .* seen in other frames or come another way/,
  );
  expect(intervalWords({ kind: 'still' })).toBe('a rough range; not measured on pictures');
});
