import { bandSize } from './dct';
import { type Hash256, hashWords } from './hash256';
import { pdqBand, type Picture } from './pdq-hash';
import { bitsAboveMedian } from './threshold';

/** The eight ways in which a square can be laid on itself, named as in PDQ's reference. */
export type Dihedral =
  'original' | 'rotate90' | 'rotate180' | 'rotate270' | 'flipX' | 'flipY' | 'flipPlus1' | 'flipMinus1';

/** For each: whether rows and columns are swapped, and which odd frequencies keep their sign while others change it. */
const turns: Record<Dihedral, { swap: boolean; negative: (i: number, j: number) => boolean }> = {
  original: { swap: false, negative: () => false },
  rotate90: { swap: true, negative: (_, j) => (j & 1) === 0 },
  rotate180: { swap: false, negative: (i, j) => ((i + j) & 1) === 1 },
  rotate270: { swap: true, negative: (i) => (i & 1) === 0 },
  flipX: { swap: false, negative: (i) => (i & 1) === 0 },
  flipY: { swap: false, negative: (_, j) => (j & 1) === 0 },
  flipPlus1: { swap: true, negative: () => false },
  flipMinus1: { swap: true, negative: (i, j) => ((i + j) & 1) === 1 },
};

/**
 * Hashes of a picture turned and mirrored, from one DCT: turning the picture swaps coefficients or their signs.
 *
 * @returns eight hashes, and the quality that they share
 * @throws as `pdqHash`
 */
export function allDihedral(picture: Picture): { hashes: Record<Dihedral, Hash256>; quality: number } {
  const { band, quality } = pdqBand(picture);
  const entries = Object.entries(turns).map(([name, turn]) => [
    name,
    band ? bitsAboveMedian(turnBand(band, turn)) : new Uint32Array(hashWords),
  ]);
  return { hashes: Object.fromEntries(entries) as Record<Dihedral, Hash256>, quality };
}

function turnBand(band: Float32Array, { swap, negative }: (typeof turns)[Dihedral]): Float32Array {
  const turned = new Float32Array(band.length);
  for (let i = 0; i < bandSize; i += 1) {
    for (let j = 0; j < bandSize; j += 1) {
      const value = band[i * bandSize + j]!;
      turned[swap ? j * bandSize + i : i * bandSize + j] = negative(i, j) ? -value : value;
    }
  }
  return turned;
}
