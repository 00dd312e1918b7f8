/**
 * Invariants: a query gives exactly what comparing with every hash gives, each hit once, also after removals and reuse of
 * their places; a stored index answers as the one that was stored.
 */
import { distance, type Hash256, HashIndex, type IndexHit, loadIndex, matchDistance, saveIndex } from '.';
import { flipped, randomHash, randomWords } from './testing/random-hashes';

interface Entry {
  hash: Hash256;
  item: number;
}

const sorted = (hits: IndexHit[]) => hits.sort((a, b) => a.item - b.item || a.distance - b.distance);
const bruteForce = (entries: Entry[], query: Hash256, radius = matchDistance): IndexHit[] =>
  sorted(
    entries
      .map(({ hash, item }) => ({ item, distance: distance(hash, query) }))
      .filter((hit) => hit.distance <= radius),
  );

/** Clusters whose members lie 0 to 40 bits around their centre: answers on both sides of the radius. */
function clusters(next: () => number, centres = 60, members = 50): Entry[] {
  return Array.from({ length: centres }, () => randomHash(next)).flatMap((centre, c) =>
    Array.from({ length: members }, (_, m) => ({ hash: flipped(centre, m % 41, next), item: c * members + m })),
  );
}

function indexOf(entries: Entry[]): HashIndex {
  const index = new HashIndex();
  for (const { hash, item } of entries) index.add(hash, item);
  return index;
}

test.each([0, 8, 31])('within %i bits it finds what brute force finds', (radius) => {
  const next = randomWords(7);
  const entries = clusters(next);
  const index = indexOf(entries);
  const queries = entries.filter((_, i) => i % 25 === 0).map(({ hash }) => flipped(hash, next() % 12, next));
  const found = queries.map((query) => sorted(index.query(query, radius)));
  expect(found).toEqual(queries.map((query) => bruteForce(entries, query, radius)));
  if (radius === matchDistance) expect(found.flat().length).toBeGreaterThan(queries.length * 10);
});

test('differences spread as evenly as they can be are still found', () => {
  // Two bits in each chunk but one: the worst case that the pigeonhole leaves.
  const zero = new Uint32Array(8);
  const spread = Uint32Array.from({ length: 8 }, (_, i) => (i === 7 ? 0x00018001 : 0x80018001));
  expect(distance(zero, spread)).toBe(31);
  expect(indexOf([{ hash: spread, item: 5 }]).query(zero)).toEqual([{ item: 5, distance: 31 }]);
});

test('what was removed is gone, what is left is found, and places are used again', () => {
  const next = randomWords(11);
  const entries = clusters(next);
  const index = indexOf(entries);
  const left = entries.filter(({ hash, item }, i) => i % 3 !== 0 || !index.remove(hash, item));
  expect(index.size).toBe(left.length);
  const before = index.bytes;
  const added = clusters(next, 20).map(({ hash, item }) => ({ hash, item: item + 1e6 }));
  for (const { hash, item } of added) index.add(hash, item);
  expect(index.bytes).toBe(before);
  const all = [...left, ...added];
  for (const { hash } of [...entries, ...added].filter((_, i) => i % 40 === 0)) {
    expect(sorted(index.query(hash))).toEqual(bruteForce(all, hash));
  }
});

test('only the hash with that item is removed, once', () => {
  const hash = randomHash(randomWords(3));
  const index = indexOf([
    { hash, item: 1 },
    { hash, item: 2 },
  ]);
  expect(index.remove(hash, 3)).toBe(false);
  expect(index.remove(hash, 1)).toBe(true);
  expect(index.remove(hash, 1)).toBe(false);
  expect(index.query(hash)).toEqual([{ item: 2, distance: 0 }]);
});

test('a radius that the lists cannot answer is refused', () => {
  expect(() => new HashIndex().query(new Uint32Array(8), 32)).toThrow(RangeError);
});

test('a stored index answers the same; anything else is refused', () => {
  const next = randomWords(5);
  const entries = clusters(next, 10);
  const index = indexOf(entries);
  index.remove(entries[3]!.hash, entries[3]!.item);
  const bytes = saveIndex(index);
  const loaded = loadIndex(bytes);
  expect(loaded.size).toBe(entries.length - 1);
  for (const { hash } of entries.slice(0, 50)) {
    expect(sorted(loaded.query(hash))).toEqual(sorted(index.query(hash)));
  }
  expect(() => loadIndex(bytes.subarray(0, -1))).toThrow(RangeError);
  expect(() => loadIndex(Buffer.from('something else'))).toThrow(RangeError);
  expect(() => loadIndex(bytes.subarray(0, 11))).toThrow(RangeError);
});
