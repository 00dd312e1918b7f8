import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Manifest } from '@assay/contracts';

/**
 * Another model set from the same files: a copy of the folder whose forgery detectors have another calibration, so that it gives other
 * probabilities under another digest.
 *
 * @param shift added to the calibrated log odds
 */
export async function makeSecondSet(from: string, to: string, shift: number): Promise<string> {
  await mkdir(to, { recursive: true });
  await cp(from, to, { recursive: true });
  const path = join(to, 'manifest.json');
  const manifest = Manifest.parse(JSON.parse(await readFile(path, 'utf8')));
  const models = manifest.models.map((entry) => {
    if (entry.task !== 'forgery-frame') return entry;
    const { a, b } = entry.calibration ?? { a: 0.5, b: 0 };
    return { ...entry, calibration: { a, b: b + shift, fittedOn: 'shifted for a test' } };
  });
  await writeFile(path, JSON.stringify({ ...manifest, models }));
  return to;
}
