/** 256 bits as eight unsigned words, in the order in which they are written: word 0 holds the first eight hex digits. */
export type Hash256 = Uint32Array;

export const hashBits = 256;
export const hashWords = 8;
/** Hashes at most this many bits apart show the same picture, by PDQ's own recommendation. */
export const matchDistance = 31;

const hexPerWord = 8;

/**
 * Reads 64 hex digits, in either case.
 *
 * @throws RangeError when it is anything else
 */
export function hashFromHex(hex: string): Hash256 {
  if (!/^[0-9a-f]{64}$/i.test(hex)) throw new RangeError('a PDQ hash has 64 hexadecimal digits');
  return Uint32Array.from({ length: hashWords }, (_, i) =>
    Number.parseInt(hex.slice(i * hexPerWord, (i + 1) * hexPerWord), 16),
  );
}

/** 64 lower-case hex digits, the way that PDQ's own tools print. */
export function hashToHex(hash: Hash256): string {
  return Array.from(hash, (word) => word.toString(16).padStart(hexPerWord, '0')).join('');
}

/** Bits in which two hashes differ, 0 to 256. */
export function distance(a: Hash256, b: Hash256): number {
  let bits = 0;
  for (let i = 0; i < hashWords; i += 1) bits += popcount(a[i]! ^ b[i]!);
  return bits;
}

/** Set bits of a 32-bit word: sums of pairs, nibbles, bytes side by side (Hacker's Delight, 5-1). */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
