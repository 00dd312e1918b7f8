/**
 * What holds: everything that was found counts for what is inherited, however much it is; what people decided is named before copies on
 * which nobody has.
 */
import type { DecisionLabel, KnownFinding, KnownRelation } from '@assay/contracts';
import { findingsOf } from './inherit';

function finding(n: number, relation: KnownRelation, label: DecisionLabel | null = null, distance = 4): KnownFinding {
  const media = n.toString(16).padStart(64, '0');
  const at = '2026-11-20T00:00:00.000Z';
  return {
    source: { kind: 'media', media, scan: `sc_${media.slice(32)}` },
    scope: 'default',
    ...{ relation, distance, matchedShare: 1, framesCompared: 8 },
    coverage: { scanned: 1, known: 1 },
    ...{ offsetSeconds: 0, verdict: 'inconclusive', probability: null },
    decision: label && { label, by: 'Moderator 7', at, decision: `${String(n).padStart(8, '0')}-00000000` },
  };
}
const copies = (count: number, label: DecisionLabel | null = null) =>
  Array.from({ length: count }, (_, n) => finding(n + 100, 'copy', label, 0));

it('inherits from an excerpt behind any number of undecided copies, and names it', () => {
  const excerpt = finding(1, 'excerpt', 'confirmed_manipulated');
  const { matches, inherited, text } = findingsOf([...copies(30), excerpt]);
  expect(inherited).toMatchObject({ label: 'confirmed_manipulated', match: 9 });
  expect([matches.length, matches[9]]).toEqual([10, excerpt]);
  expect(text).toContain('confirmed as manipulated');
});

it('lets what is authentic keep a label away, wherever it stands among what was found', () => {
  const [forged, genuine] = [
    finding(1, 'copy', 'confirmed_manipulated'),
    finding(2, 'excerpt', 'confirmed_authentic', 3),
  ];
  const { matches, inherited } = findingsOf([...copies(30), genuine, forged]);
  expect(inherited).toBeNull();
  expect(matches).toEqual(expect.arrayContaining([forged, genuine]));
});

it('inherits nothing by looks where what is authentic looks as near, and does where it looks further off', () => {
  const forged = finding(1, 'copy', 'confirmed_manipulated', 4);
  const genuineAt = (distance: number) => finding(2, 'copy', 'confirmed_authentic', distance);
  expect(findingsOf([forged, genuineAt(4)]).inherited).toBeNull();
  expect(findingsOf([genuineAt(4), forged]).inherited).toBeNull();
  expect(findingsOf([forged, genuineAt(5)]).inherited).toMatchObject({ label: 'confirmed_manipulated' });
});

it('names what it inherits from also among more decided ones than can be named', () => {
  const excerpt = finding(1, 'excerpt', 'confirmed_manipulated');
  const { matches, inherited } = findingsOf([...copies(30, 'unsure'), excerpt]);
  expect(matches[inherited?.match ?? 0]).toBe(excerpt);
  expect(matches).toHaveLength(10);
});

it('names the nearest where nobody has decided, nearest first', () => {
  const near = finding(1, 'same_bytes', null, 0);
  const { matches } = findingsOf([finding(2, 'part'), ...copies(9), near]);
  expect(matches.map(({ relation }) => relation)).toEqual(['same_bytes', ...Array<string>(9).fill('copy')]);
});
