import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Box } from '@assay/contracts';
import { z } from 'zod';
import { formulaPicture } from '../testing/formula-picture';
import { boxGeometry, cropGeometry, shifted } from './crop-geometry';
import { faceCrop, oversampling } from './face-crop';

/**
 * Holds: product and training cut the same crop. The golden file is written by training/assay_training/crop.py out of a
 * formula picture; its `rgb` is the definition evaluated in double precision.
 */
const Golden = z.object({
  definition: z.literal('face-crop-v1'),
  image: z.object({ width: z.number(), height: z.number() }),
  size: z.number(),
  margin: z.number(),
  degenerate: z.array(z.array(z.tuple([z.number(), z.number()]))),
  cases: z.array(
    z.object({
      name: z.string(),
      landmarks: z.array(z.tuple([z.number(), z.number()])),
      faceSize: z.number(),
      centre: z.tuple([z.number(), z.number()]),
      k: z.number(),
      rgb: z.string(),
    }),
  ),
});
const golden = Golden.parse(JSON.parse(readFileSync(join(__dirname, '../../testdata/face-crop.golden.json'), 'utf8')));

/** Crops around boxes, and crops with a shift; written by the same module. */
const Variants = z.object({
  image: z.object({ width: z.number(), height: z.number() }),
  size: z.number(),
  margin: z.number(),
  cases: z.array(
    z.object({
      name: z.string(),
      box: Box.optional(),
      landmarks: z.array(z.array(z.number())).optional(),
      shift: z.tuple([z.number(), z.number()]).optional(),
      faceSize: z.number(),
      centre: z.tuple([z.number(), z.number()]),
      rgb: z.string(),
    }),
  ),
});
const variants = Variants.parse(
  JSON.parse(readFileSync(join(__dirname, '../../testdata/crop-variants.golden.json'), 'utf8')),
);

/** This implementation is the definition too; only the order of additions may move a value across .5. */
const toleranceLevels = 1;

function expectGolden(crop: Uint8Array, rgb: string): void {
  const want = Buffer.from(rgb, 'base64');
  expect(want.length).toBe(crop.length);
  let worst = 0;
  let different = 0;
  crop.forEach((value, index) => {
    const difference = Math.abs(value - want[index]!);
    worst = Math.max(worst, difference);
    if (difference > 0) different += 1;
  });
  expect(worst).toBeLessThanOrEqual(toleranceLevels);
  // Rounding ties are rare: more than one value in a thousand would be another resampling.
  expect(different / crop.length).toBeLessThan(0.001);
}

describe('faceCrop', () => {
  const picture = formulaPicture(golden.image.width, golden.image.height);

  it.each(golden.cases)('gives the golden bytes: $name', ({ landmarks, faceSize, centre, k, rgb }) => {
    const geometry = cropGeometry(landmarks.flat());
    if (!geometry) throw new Error('no geometry');
    expect(geometry.faceSize).toBeCloseTo(faceSize, 5);
    expect([geometry.centreX, geometry.centreY]).toEqual([
      expect.closeTo(centre[0], 5) as number,
      expect.closeTo(centre[1], 5) as number,
    ]);
    expect(oversampling(golden.margin * geometry.faceSize, golden.size)).toBe(k);
    const crop = new Uint8Array(golden.size ** 2 * 3);
    faceCrop(picture, geometry, golden.size, golden.margin, crop);
    expectGolden(crop, rgb);
  });

  it.each(variants.cases)('gives the golden bytes: $name', ({ box, landmarks, shift, faceSize, centre, rgb }) => {
    const plain = box ? boxGeometry(box) : cropGeometry((landmarks ?? []).flat());
    if (!plain) throw new Error('no geometry');
    const geometry = shift ? shifted(plain, shift) : plain;
    expect([geometry.faceSize, geometry.centreX, geometry.centreY]).toEqual(
      [faceSize, ...centre].map((value) => expect.closeTo(value, 5) as number),
    );
    const crop = new Uint8Array(variants.size ** 2 * 3);
    faceCrop(
      formulaPicture(variants.image.width, variants.image.height),
      geometry,
      variants.size,
      variants.margin,
      crop,
    );
    expectGolden(crop, rgb);
  });

  it('gives no crop for a box without extent', () => {
    expect(boxGeometry([10, 10, 0.5, 20])).toBeNull();
    expect(boxGeometry([10, 10, NaN, 20])).toBeNull();
  });

  it.each(golden.degenerate)('gives no crop for degenerate landmarks', (...landmarks) => {
    expect(cropGeometry(landmarks.flat())).toBeNull();
  });

  it('gives no crop for landmarks that are not numbers', () => {
    expect(cropGeometry([NaN, 0, 20, 0, 10, 10, 5, 20, 15, 20])).toBeNull();
  });
});
