import { Candidate, CropReservoir } from './crop-reservoir';

/** Holds: no track and no crowd keeps more than allowed at any moment; quality and spread decide; every track keeps a share. */
describe('CropReservoir', () => {
  function fill(candidates: Candidate[], perTrack: number, overall: number) {
    const dropped: Candidate[] = [];
    const reservoir = new CropReservoir<Candidate>({ perTrack, overall, fewest: 1 }, (candidate) =>
      dropped.push(candidate),
    );
    const offered = candidates.filter((candidate) => reservoir.offer(candidate));
    return { kept: reservoir.kept(), dropped, offered };
  }
  const line = (track: number, count: number, weight = (_: number) => 0.8): Candidate[] =>
    Array.from({ length: count }, (_, i) => ({ track, seconds: i, weight: weight(i) }));

  it('spreads equally good faces over the whole track', () => {
    const { kept } = fill(line(0, 64), 8, 100);
    expect(kept).toHaveLength(8);
    const gaps = kept.slice(1).map(({ seconds }, i) => seconds - kept[i]!.seconds);
    expect(kept[0]!.seconds).toBeLessThan(16);
    expect(kept.at(-1)!.seconds).toBeGreaterThan(56);
    expect(Math.max(...gaps)).toBeLessThan(24);
  });

  it('prefers good faces to bad ones beside them', () => {
    const { kept } = fill(line(0, 40, (i) => (i % 4 === 0 ? 0.9 : 0.1)), 10, 100); // prettier-ignore
    expect(kept.every(({ weight }) => weight === 0.9)).toBe(true);
  });

  it('gives every face of a crowd its share', () => {
    const crowd = Array.from({ length: 10 }, (_, i) => Array.from({ length: 20 }, (_, track) => ({ track, seconds: i, weight: 0.5 }))).flat(); // prettier-ignore
    const { kept, offered, dropped } = fill(crowd, 16, 60);
    expect(kept).toHaveLength(60);
    expect(offered.length - dropped.length).toBe(60);
    const perTrack = Array.from(
      { length: 20 },
      (_, track) => kept.filter((candidate) => candidate.track === track).length,
    );
    expect(Math.min(...perTrack)).toBe(3);
  });

  it('never keeps more than it may, not even for a moment', () => {
    const reservoir = new CropReservoir<Candidate>({ perTrack: 4, overall: 6, fewest: 1 }, () => undefined);
    for (const candidate of [...line(0, 9), ...line(1, 9), ...line(2, 9)]) {
      reservoir.offer(candidate);
      expect(reservoir.kept().length).toBeLessThanOrEqual(6);
    }
  });

  /** Found by reading: 48 faces in a short clip were left two crops each, and none of them was judged. */
  it('leaves as many tracks as it can enough to be judged by, rather than all of them too little', () => {
    const reservoir = new CropReservoir<Candidate>({ perTrack: 16, overall: 96, fewest: 3 }, () => undefined);
    for (let seconds = 0; seconds < 10; seconds += 1)
      for (let track = 0; track < 48; track += 1) reservoir.offer({ seconds, weight: 0.2 + track / 100, track });
    const counts = new Map<number, number>();
    for (const { track } of reservoir.kept()) counts.set(track, (counts.get(track) ?? 0) + 1);
    expect([...counts.values()].filter((count) => count >= 3)).toHaveLength(32);
    // The best to see are those that stay.
    expect(Math.min(...counts.keys())).toBe(16);
  });
});
