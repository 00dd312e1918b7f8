/** Invariants: shares are those of `matchVideos`, for every known item; a known picture is found inside a video. */
import { type FrameHash, isKnown, KnownMedia, matchVideos } from '.';
import { flipped, randomHash, randomWords } from './testing/random-hashes';

const next = randomWords(21);
const video = (seconds: number): FrameHash[] =>
  Array.from({ length: seconds }, (_, i) => ({
    frame: i * 25,
    seconds: i,
    quality: i % 4 === 3 ? 20 : 90,
    hash: randomHash(next),
  }));
/** A re-encoded excerpt: every hash a few bits aside, some of them too far. */
const excerpt = (frames: FrameHash[], from: number, to: number): FrameHash[] =>
  frames
    .slice(from, to)
    .map((frame, i) => ({ ...frame, seconds: i, hash: flipped(frame.hash, i % 5 === 4 ? 45 : 9, next) }));

const videos = [video(12), video(30), video(6)];
const known = new KnownMedia();
videos.forEach((frames, i) => known.add({ name: `video ${i}`, type: 'vpdq', frames }));
known.add({ name: 'picture', type: 'pdq', frames: [videos[1]![6]!] });

test('an excerpt is found with the shares that comparing frame by frame gives', () => {
  const query = excerpt(videos[1]!, 5, 18);
  const [match, ...others] = known.find(query).filter(({ item }) => item.type === 'vpdq');
  expect(match?.item.name).toBe('video 1');
  expect(match).toMatchObject(matchVideos(query, videos[1]!));
  expect(match?.queryShare).toBeGreaterThan(0.5);
  expect(match?.frames[0]).toEqual({ seconds: 0, knownSeconds: 5, distance: 9 });
  expect(others).toEqual([]);
});

test('a picture that the video shows is known, whatever its share', () => {
  const match = known.find(excerpt(videos[1]!, 5, 18)).find(({ item }) => item.name === 'picture');
  expect(match && isKnown(match)).toBe(true);
});

test('a few common frames are told, but do not make a video known', () => {
  const query = [...excerpt(videos[0]!, 0, 2), ...video(20)];
  const [match] = known.find(query);
  expect(match?.frames).toHaveLength(2);
  expect(match && isKnown(match)).toBe(false);
});

test('what is new, and what shows nothing, matches nothing', () => {
  expect(known.find(video(10))).toEqual([]);
  expect(known.find(videos[0]!.map((frame) => ({ ...frame, quality: 49 })))).toEqual([]);
});
