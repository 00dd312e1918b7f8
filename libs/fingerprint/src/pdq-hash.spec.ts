/**
 * Invariants: bits and quality are those of the C++ reference of PDQ, for pictures of any size and shape; what people
 * do to a picture (scale, brightness, noise) stays within the match distance, another picture doesn't.
 */
import {
  allDihedral,
  distance,
  hashFromHex,
  hashToHex,
  luminance,
  matchDistance,
  pdqHash,
  type Picture,
  quickPdqHash,
} from '.';
import { draw, drawings } from './testing/pictures';

/** Computed from the same drawings by the arithmetic of `pdq/cpp` of facebook/ThreatExchange, compiled with g++ 12. */
const vectors: [keyof typeof drawings, number, number, string, number][] = [
  ['blocks', 320, 240, 'a37819cb2d054750b0efc672663594c79698a0be19fce2191d4b6ba2e57b92d5', 100],
  ['rings', 512, 512, '7c00780ff83fe0ffe1ffe1ffc3f8c3f8c7e0c7c0c7c08780cf808f808f808f00', 100],
  ['both', 1280, 720, 'ffaaf57ffaf7beeb77df0015bef578325555288888c0f06ae5774c0408004900', 100],
  ['both', 90, 131, '256c5b53aaae25685b53aeac244b5956a4ad6f5a5950a4addb1a5b51a4a4db9a', 100],
  ['slope', 200, 160, '2e390e310e317f710e310e31f1cef1cef1ce4e31f1cef1ce0e310e310e31f1ce', 1],
  ['rings', 64, 64, '9913644d22e700b94493918b50bf0323d36c66f72db39ddd6273936d123b55d7', 3],
  ['blocks', 5, 7, '113482000000554b1134113400002c4b00002c4b11348200113482005e014424', 0],
];

test.each(vectors)('hashes "%s" of %i x %i as the reference does', (name, width, height, hex, quality) => {
  const result = pdqHash(draw(name, width, height));
  expect(hashToHex(result.hash)).toBe(hex);
  expect(result.quality).toBe(quality);
});

test.each(vectors)(
  'the quick hash of "%s", %i x %i, is the same but for rounding',
  (name, width, height, hex, quality) => {
    const result = quickPdqHash(draw(name, width, height));
    expect(distance(result.hash, hashFromHex(hex))).toBeLessThanOrEqual(2);
    expect(Math.abs(result.quality - quality)).toBeLessThanOrEqual(1);
  },
);

test('takes luminance from RGB as the reference does', () => {
  const [width, height] = [640, 360];
  const planes = (['blocks', 'rings', 'both'] as const).map((name) => draw(name, width, height).luma);
  const rgb = Uint8Array.from({ length: 3 * width * height }, (_, i) => planes[i % 3]![Math.floor(i / 3)]!);
  expect(hashToHex(pdqHash({ luma: luminance(rgb), width, height }).hash)).toBe(
    '01bf07ff3fffff20f684d003c0ff87fb03f307ef13a839447f003a007ea0c800',
  );
});

test('a picture of 4 px has no hash and no quality', () => {
  const { hash, quality } = pdqHash(draw('blocks', 4, 100));
  expect(hashToHex(hash)).toBe('0'.repeat(64));
  expect(quality).toBe(0);
});

test('samples that are no picture of that size are refused', () => {
  expect(() => pdqHash({ luma: new Uint8Array(99), width: 10, height: 10 })).toThrow(RangeError);
});

test('half the brightness is the same picture, other cells are another', () => {
  const picture = draw('blocks', 320, 240);
  const dark = { ...picture, luma: Uint8Array.from(picture.luma, (value) => value >> 1) };
  const base = pdqHash(picture).hash;
  expect(distance(base, pdqHash(dark).hash)).toBeLessThanOrEqual(matchDistance);
  expect(distance(base, pdqHash(draw('both', 320, 240)).hash)).toBeGreaterThan(matchDistance);
});

/** Bits that sums in another order may round to the other side of the median. */
const maxRoundedBits = 2;

test('the hashes of a turned picture come from the original', () => {
  // At 64 x 64 nothing is blurred or left out, so turning is exact.
  const picture = draw('both', 64, 64);
  const { hashes } = allDihedral(picture);
  const moved: Record<string, Picture> = {
    original: picture,
    rotate180: move(picture, (x, y) => [63 - x, 63 - y]),
    flipX: move(picture, (x, y) => [x, 63 - y]),
    flipY: move(picture, (x, y) => [63 - x, y]),
    flipPlus1: move(picture, (x, y) => [y, x]),
    flipMinus1: move(picture, (x, y) => [63 - y, 63 - x]),
    rotate90: move(picture, (x, y) => [63 - y, x]),
    rotate270: move(picture, (x, y) => [y, 63 - x]),
  };
  for (const [name, turned] of Object.entries(moved)) {
    const bits = distance(hashes[name as keyof typeof hashes], pdqHash(turned).hash);
    expect(`${name}: ${bits <= maxRoundedBits ? 'same' : bits}`).toBe(`${name}: same`);
  }
});

test('hex goes in and out; anything else is refused', () => {
  const hex = vectors[0]![3];
  expect(hashToHex(hashFromHex(hex.toUpperCase()))).toBe(hex);
  for (const wrong of ['', hex.slice(1), `${hex}0`, hex.replace('a', 'g')]) {
    expect(() => hashFromHex(wrong)).toThrow(RangeError);
  }
});

test('distance counts differing bits', () => {
  const zero = hashFromHex('0'.repeat(64));
  expect(distance(zero, hashFromHex('f'.repeat(64)))).toBe(256);
  expect(distance(zero, hashFromHex(`8${'0'.repeat(62)}3`))).toBe(3);
});

function move({ luma, width, height }: Picture, from: (x: number, y: number) => [number, number]): Picture {
  const moved = Uint8Array.from(luma, (_, at) => {
    const [x, y] = from(at % width, Math.floor(at / width));
    return luma[y * width + x]!;
  });
  return { luma: moved, width, height };
}
