import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { cropGeometry } from './crop-geometry';
import { faceCrop, oversampling, Picture } from './face-crop';

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

/** This implementation is the definition too; only the order of additions may move a value across .5. */
const toleranceLevels = 1;

function formulaPicture(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let c = 0; c < 3; c += 1) {
        const value = 127.5 + 60 * Math.sin(x * 0.11 + c) + 60 * Math.cos(y * 0.07 - c * 0.5);
        data[(y * width + x) * 3 + c] = Math.floor(value + 0.5);
      }
    }
  }
  return { width, height, data };
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
  });

  it.each(golden.degenerate)('gives no crop for degenerate landmarks', (...landmarks) => {
    expect(cropGeometry(landmarks.flat())).toBeNull();
  });

  it('gives no crop for landmarks that are not numbers', () => {
    expect(cropGeometry([NaN, 0, 20, 0, 10, 10, 5, 20, 15, 20])).toBeNull();
  });
});
