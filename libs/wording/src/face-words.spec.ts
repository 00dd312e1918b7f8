import type { VerdictTrack } from '@assay/contracts';
import { faceWords, mostSuspiciousFirst, spanWords } from './face-words';
import { clock } from './numbers';

const face = (index: number, probability: number | null, abstention: VerdictTrack['abstention']): VerdictTrack =>
  ({ index, probability, abstention, interval: null }) as VerdictTrack;

it('puts the most suspicious face on top, and what is not judged by itself behind', () => {
  const tracks = [
    face(0, 0.1, null),
    face(1, null, 'faces_blurred'),
    face(2, 0.95, 'too_few_frames'),
    face(3, 0.8, null),
    face(4, 0.8, null),
  ];
  expect(mostSuspiciousFirst(tracks).map(({ index }) => index)).toEqual([3, 4, 0, 2, 1]);
  expect(tracks.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
});

it('says with a probability whether the face is judged by it', () => {
  expect(faceWords({ ...face(0, 0.8, null), interval: [0.7, 0.9] })).toBe('80\u00a0% (70\u00a0% – 90\u00a0%)');
  expect(faceWords(face(0, 0.94, 'too_few_frames'))).toBe('seen in too few frames to judge by itself (94\u00a0%)');
  expect(faceWords(face(0, null, 'faces_blurred'))).toBe('too blurred to judge');
  expect(faceWords(face(0, null, null))).toBe('not judged');
});

it('writes a span that is one moment as a moment', () => {
  expect(spanWords({ startSeconds: 1, endSeconds: 61 }, clock)).toBe('1.0 s – 1:01');
  expect(spanWords({ startSeconds: 17.04, endSeconds: 17.04 }, clock)).toBe('at 17.0 s');
});
