import { type Hash256, hashBits, hashWords } from '../hash256';

/** Numbers below 2^32 that are the same on every run (xorshift32, Marsaglia 2003). */
export function randomWords(seed: number): () => number {
  let state = seed || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

export function randomHash(next: () => number): Hash256 {
  return Uint32Array.from({ length: hashWords }, next);
}

/** The hash with this many different bits turned over. */
export function flipped(hash: Hash256, bits: number, next: () => number): Hash256 {
  const copy = hash.slice();
  const chosen = new Set<number>();
  while (chosen.size < bits) chosen.add(next() % hashBits);
  for (const bit of chosen) copy[bit >> 5] = (copy[bit >> 5]! ^ (1 << (bit & 31))) >>> 0;
  return copy;
}
