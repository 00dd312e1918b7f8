/**
 * What was not seen of a broken segment lies around the frames that were wanted and did not come, wherever that is; it counts in full, and
 * never as less than nothing.
 */
import type { SegmentResult } from '@assay/contracts';
import { scenePlan, sceneSegment } from '../testing/tiny-scene';
import { unreadStretches, unseenMatters } from './unseen';

const wanted = Array.from({ length: 15 }, (_, i) => 2 * i + 1);
const plan = scenePlan([{ ...sceneSegment(wanted, 0), startSeconds: 0, endSeconds: 30 }]);
const broken = (framesSeconds: number[]) =>
  ({ index: 0, startSeconds: 0, endSeconds: 30, framesSeconds, decodeError: 'damaged' }) as SegmentResult;
const stretches = (framesSeconds: number[]) =>
  unreadStretches([broken(framesSeconds)], plan).map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds]);
const without = (from: number, to: number) => wanted.filter((seconds) => seconds < from || seconds > to);

it.each([
  ['a hole in the middle', without(8, 24), [[7, 25]]],
  [
    'two holes',
    without(8, 12).filter((seconds) => seconds < 20 || seconds > 24),
    [
      [7, 13],
      [19, 25],
    ],
  ],
  ['a single frame', without(9, 9), [[7, 11]]],
  ['the beginning', without(0, 10), [[0, 11]]],
  ['the end', without(20, 30), [[19, 30]]],
  ['everything', [], [[0, 30]]],
  ['nothing that was wanted', wanted, [[29, 30]]],
  ['times that are not exact', wanted.map((seconds) => seconds + 0.4).filter((s) => s < 8 || s > 24), [[7.4, 25.4]]],
])('lacks %s', (_what, framesSeconds, expected) => {
  expect(stretches(framesSeconds)).toEqual(expected);
});

it('matters from a quarter of the file on, also in its middle', () => {
  const matters = (framesSeconds: number[]) => unseenMatters([broken(framesSeconds)], plan, { durationSeconds: 30 });
  expect(matters(without(8, 24))).toBe(true);
  expect(matters(without(8, 10))).toBe(false);
});
