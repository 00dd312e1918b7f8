import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { Manifest } from '@assay/contracts';
import { formulaPicture } from '../testing/formula-picture';
import { sharedPixels } from '../frame';
import { cutCrops } from './crop-task';
import type { FacePlace } from './messages';

/** Holds: detectors that want the same crop get the same bytes, cut once; those that want another get their own. */
const manifest = readFileSync(join(__dirname, '../../testdata/tiny-models/manifest.json'), 'utf8');
const forgery = Manifest.parse(JSON.parse(manifest)).models.find(({ task }) => task === 'forgery-frame')!;
const face: FacePlace = { box: [40, 30, 60, 70], landmarks: [58, 55, 86, 55, 72, 70, 60, 84, 84, 84] };

it('cuts once what several detectors want', () => {
  const crop = (margins: number[]) => ({ definition: 'face-crop-v1' as const, margins });
  const wants = (id: string, margins: number[], side = 32) => ({
    ...forgery,
    id,
    input: { ...forgery.input, width: side, height: side, crop: crop(margins) },
  });
  const { width, height, data } = formulaPicture(160, 120);
  const entries = [wants('a', [1, 1.2]), wants('b', [1, 1.2]), wants('c', [1.2]), wants('d', [1, 1.2], 48)];
  const picture = { width, height, data: sharedPixels(data) };
  const [a, b, c, d] = cutCrops(entries, { kind: 'crop', picture, faces: [face] })[0]!;
  expect(b!.margins).toBe(a!.margins);
  expect(c!.margins).toHaveLength(1);
  expect(c!.margins[0]).toEqual(a!.margins[1]);
  expect(d!.margins[0]).toHaveLength(48 * 48 * 3);
});
