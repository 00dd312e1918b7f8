import { bandSize } from './dct';
import { type Hash256, hashWords } from './hash256';

/** Bit `16 i + j`, counted from the end of the hex text, is set where coefficient (i, j) is above the lower median. */
export function bitsAboveMedian(band: Float32Array): Hash256 {
  const median = band.slice().sort()[(bandSize * bandSize) / 2 - 1]!;
  const hash = new Uint32Array(hashWords);
  band.forEach((value, bit) => {
    const word = hashWords - 1 - (bit >> 5);
    if (value > median) hash[word] = hash[word]! | (1 << (bit & 31));
  });
  return hash;
}
