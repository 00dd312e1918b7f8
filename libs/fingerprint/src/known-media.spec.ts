/**
 * Invariants: shares are those of `matchVideos`, for every known item; a known picture is found inside a video; an excerpt is
 * known wherever its frames lie between those of the original, and a moment in common is not enough.
 */
import { type FrameHash, isKnown, KnownMedia, matchVideos, relationOf } from '.';
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
videos.forEach((frames, i) => known.add({ name: `video ${i}`, type: 'vpdq' }, frames));
known.add({ name: 'picture', type: 'pdq' }, [videos[1]![6]!]);

test('an excerpt is found with the shares that comparing frame by frame gives', async () => {
  const query = excerpt(videos[1]!, 5, 18);
  const [match, ...others] = (await known.find(query)).filter(({ item }) => item.type === 'vpdq');
  expect(match?.item.name).toBe('video 1');
  expect(match).toMatchObject(matchVideos(query, videos[1]!));
  expect(match?.queryShare).toBeGreaterThan(0.5);
  expect(match?.frames[0]).toEqual({ seconds: 0, knownSeconds: 5, distance: 9 });
  expect(others).toEqual([]);
});

test('a picture that the video shows is known, whatever its share', async () => {
  const match = (await known.find(excerpt(videos[1]!, 5, 18))).find(({ item }) => item.name === 'picture');
  expect(match && isKnown(match)).toBe(true);
});

test('a few common frames are told, but do not make a video known', async () => {
  const query = [...excerpt(videos[0]!, 0, 2), ...video(20)];
  const [match] = await known.find(query);
  expect(match?.frames).toHaveLength(2);
  expect(match && isKnown(match)).toBe(false);
});

test('what is new, and what shows nothing, matches nothing', async () => {
  expect(await known.find(video(10))).toEqual([]);
  expect(await known.find(videos[0]!.map((frame) => ({ ...frame, quality: 49 })))).toEqual([]);
});

/**
 * A scene in which a hash lasts for half a second, seen by someone who looks every so often: two looks at the same half
 * second are alike, any others are not.
 */
const scene = Array.from({ length: 240 }, () => randomHash(next));
const seen = (from: number, to: number, every: number, phase = 0): FrameHash[] =>
  Array.from({ length: Math.floor((to - from) / every) }, (_, i) => {
    const seconds = i * every + phase;
    const hash = flipped(scene[Math.floor((from + seconds) * 2)]!, 8, next);
    return { frame: i, quality: 90, seconds, hash };
  });

test.each([
  ['dense on sparse', 0.125, 1],
  ['sparse on dense', 1, 0.125],
  ['dense on dense, aside', 0.25, 0.25],
])('an excerpt is known, %s, and where it is', async (_, queryEvery, knownEvery) => {
  const library = new KnownMedia();
  library.add({ name: 'whole', type: 'vpdq', durationSeconds: 60 }, seen(0, 60, knownEvery));
  const [match] = await library.find(seen(20.3, 30.3, queryEvery, 0.02), 10);
  expect(match && isKnown(match)).toBe(true);
  expect(match && relationOf(match)).toBe('excerpt');
  expect(Math.abs((match?.alignment.offsetSeconds ?? 0) - 20.3)).toBeLessThan(0.6);
  expect(match?.alignment.knownCovered).toBeCloseTo(1 / 6, 1);
});

test('what was added can be taken out again, and the rest is found as before', async () => {
  const library = new KnownMedia();
  const items = [0, 1, 2].map((i) => ({ name: `part ${i}`, type: 'vpdq' as const }));
  items.forEach((item, i) => library.add(item, seen(20 * i, 20 * i + 20, 0.25)));
  for (const item of items.slice(0, 2)) library.remove(item);
  expect(await library.find(seen(2, 12, 0.25))).toEqual([]);
  const [match] = await library.find(seen(42, 52, 0.25));
  expect(match?.item).toBe(items[2]);
  expect(library.size).toBe(1);
  expect(library.hashes).toBe(40);
});

test('the whole, encoded again, is a copy; a compilation contains it; a title in common is nothing', async () => {
  const library = new KnownMedia();
  library.add({ name: 'clip', type: 'vpdq', durationSeconds: 12 }, seen(0, 12, 0.25));
  const relation = async (query: FrameHash[], seconds: number) => {
    const [match] = await library.find(query, seconds);
    return match && isKnown(match) ? relationOf(match) : null;
  };
  expect(await relation(seen(0, 12, 0.25, 0.06), 12)).toBe('copy');
  const other = (from: number) => video(60).map((frame) => ({ ...frame, seconds: frame.seconds + from }));
  expect(await relation([...seen(0, 12, 0.25), ...other(12)], 72)).toBe('contains');
  expect(await relation([...seen(0, 1, 0.5), ...other(1)], 61)).toBeNull();
});

/** What everybody uploads: a scene that hardly moves, each copy a few bits aside. */
const still = (seconds: number): FrameHash[] =>
  Array.from({ length: seconds * 8 }, (_, i) => ({
    frame: i,
    quality: 90,
    seconds: i / 8,
    hash: flipped(scene[0]!, 3, next),
  }));

test('a still scene is found at the offset of its copy, by few of its hashes', async () => {
  const library = new KnownMedia();
  library.add({ name: 'still', type: 'vpdq', durationSeconds: 60 }, still(60));
  expect(library.hashes).toBeLessThan(10);
  const [match] = await library.find(still(60), 60);
  expect(match && isKnown(match)).toBe(true);
  expect(match && relationOf(match)).toBe('copy');
  expect(match?.queryShare).toBe(1);
});

test('of a thousand copies some are found, for a bounded effort', async () => {
  const library = new KnownMedia();
  for (let n = 0; n < 1000; n += 1) library.add({ name: `copy ${n}`, type: 'vpdq' }, seen(0, 10, 0.25));
  library.add({ name: 'other', type: 'vpdq' }, video(40));
  const found = await library.find(seen(0, 10, 0.25), 10, { most: 5, effort: 100_000 });
  expect(found).toHaveLength(5);
  for (const match of found) expect(isKnown(match)).toBe(true);
});

test('of those that share as much, those known longest are found', async () => {
  const library = new KnownMedia();
  const twin = seen(0, 10, 0.25);
  for (let n = 0; n < 20; n += 1) library.add({ name: `twin ${n}`, type: 'vpdq' }, twin);
  const found = await library.find(twin, 10, { most: 3 });
  expect(found.map(({ item }) => item.name)).toEqual(['twin 0', 'twin 1', 'twin 2']);
});
