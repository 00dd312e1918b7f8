import { Box } from '@assay/contracts';
import { longestGap } from './longest-gap';
import { Tracker } from './tracker';
import { Sighting } from './track-cost';

/**
 * Holds: a face keeps its identity through a shot, through misses and large steps between sparse frames; crossing people do
 * not swap; a cut, a long absence or another person in the same place begins a new track.
 */
describe('Tracker', () => {
  interface Seen extends Sighting {
    who: string;
  }
  /** Looks of three people, and a little noise as light and pose bring it. */
  const looks: Record<string, number[]> = { ann: [1, 0.3, 0, 0.2], bob: [0.2, 1, 0.3, 0], eve: [0, 0.1, 1, 0.4] };
  const seen = (who: string, seconds: number, x: number, y = 100, size = 80): Seen => ({
    who,
    seconds,
    box: [x - size / 2, y - size / 2, size, size] satisfies Box,
    appearance: looks[who]!.map((value, i) => value + 0.08 * Math.sin(7 * seconds + i)),
  });

  /** Who is in each track, in order: `['ann ann ann']`. */
  function follow(framesOfFaces: Seen[][], cutsBefore: number[] = [], maxGapSeconds = 6): string[] {
    const tracker = new Tracker<Seen>(maxGapSeconds);
    framesOfFaces.forEach((faces, i) => {
      tracker.advance(faces[0]?.seconds ?? i, faces, cutsBefore.includes(i));
    });
    return tracker.tracks.map(({ sightings }) => sightings.map(({ who }) => who).join(' '));
  }

  it('keeps two people apart while they walk past each other', () => {
    const steps = Array.from({ length: 9 }, (_, i) => i * 0.4);
    // 80 px faces, 60 px a step: at 1.6 s both are in the same place.
    const crossing = steps.map((at, i) => [seen('ann', at, 100 + 60 * i), seen('bob', at, 580 - 60 * i)]);
    const shuffled = crossing.map((faces, i) => (i % 2 === 0 ? faces : [...faces].reverse()));
    expect(follow(shuffled)).toEqual([Array(9).fill('ann').join(' '), Array(9).fill('bob').join(' ')]);
  });

  it('keeps a face through frames in which the detector missed it', () => {
    const all = [0, 0.5, 1, 1.5, 2, 2.5].map((at) => [seen('ann', at, 300 + 10 * at)]);
    all[2] = [];
    all[3] = [];
    expect(follow(all)).toEqual(['ann ann ann ann']);
  });

  it('gives a face up that is missing from more than three frames in a row', () => {
    const missing = (frames: number) => [[seen('ann', 0, 300)], ...Array<Seen[]>(frames).fill([]), [seen('ann', frames + 1, 300)]]; // prettier-ignore
    expect(follow(missing(3))).toEqual(['ann ann']);
    expect(follow(missing(4))).toEqual(['ann', 'ann']);
  });

  it('keeps a face that moves by its own size between frames seconds apart', () => {
    expect(follow([0, 4, 8, 12].map((at, i) => [seen('ann', at, 200 + 150 * (i % 2))]))).toEqual(['ann ann ann ann']);
  });

  it('begins a new track at a cut, even for the same face in the same place', () => {
    expect(
      follow(
        [0, 0.5, 1, 1.5].map((at) => [seen('ann', at, 300)]),
        [2],
      ),
    ).toEqual(['ann ann', 'ann ann']);
  });

  it('takes another person who comes into the place of the first for another', () => {
    const all = [[seen('ann', 0, 300)], [seen('ann', 1, 300)], [seen('eve', 2, 370)], [seen('eve', 3, 370)]];
    expect(follow(all)).toEqual(['ann ann', 'eve eve']);
  });

  it('does not wait for ever', () => {
    expect(follow([[seen('ann', 0, 300)], [seen('ann', 30, 300)]])).toEqual(['ann', 'ann']);
  });

  it('follows a face through a long video that is looked at seldom, and nobody else who takes its place', () => {
    const at = Array.from({ length: 40 }, (_, i) => i * 14);
    const gap = longestGap(at);
    const all = at.map((seconds, i) => [seen('ann', seconds, 300 + 60 * Math.sin(i))]);
    expect(follow(all, [], gap)).toEqual([at.map(() => 'ann').join(' ')]);
    const two = [[seen('ann', 0, 300)], [seen('ann', 14, 300)], [seen('eve', 28, 300)], [seen('eve', 42, 300)]];
    expect(follow(two, [], gap)).toEqual(['ann ann', 'eve eve']);
  });

  it('waits no longer where a video is looked at in two parts far from each other: what lies between most frames counts', () => {
    expect(longestGap([0, 1, 2, 60, 61, 62])).toBe(6);
    expect(longestGap([0, 14, 28, 29, 43, 57])).toBe(2.5 * 14);
  });

  it('numbers tracks by first appearance and shots by cuts', () => {
    const tracker = new Tracker<Seen>(6);
    tracker.advance(0, [seen('bob', 0, 500), seen('ann', 0, 100)], false);
    tracker.advance(1, [seen('eve', 1, 300)], true);
    expect(tracker.tracks.map(({ index, shot }) => [index, shot])).toEqual([[0, 0], [1, 0], [2, 1]]); // prettier-ignore
  });
});
