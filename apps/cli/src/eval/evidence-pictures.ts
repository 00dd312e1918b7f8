import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '@assay/contracts';
import { makeFolder } from '@assay/storage';
import type { Scanned } from '../scan/scanner';

/** Digits of a key's digest in a file name: no two of a run's keys share them. */
const nameDigits = 32;

/** What weighs most: the first frame of the face with the highest probability. */
function topEvidence({ tracks }: Verdict): string[] {
  const shown = tracks.filter(({ evidence }) => evidence.length > 0);
  shown.sort((a, b) => (b.probability ?? -1) - (a.probability ?? -1));
  const frame = shown[0]?.evidence[0];
  return frame ? [frame.crop, ...(frame.overlay ? [frame.overlay] : [])] : [];
}

const fileOf = (out: string, key: string, part: number): string =>
  join(out, 'evidence', `${createHash('sha256').update(key).digest('hex').slice(0, nameDigits)}-${part}.jpg`);

/** Keeps the pictures of a scan that a report may want: at most a crop and its overlay, in `out/evidence`. */
export async function keepEvidence(out: string, key: string, { verdict, artefacts }: Scanned): Promise<void> {
  await makeFolder(join(out, 'evidence'));
  for (const [part, name] of topEvidence(verdict).entries()) {
    const bytes = artefacts.get(name);
    if (bytes) await writeFile(fileOf(out, key, part), bytes);
  }
}

/** @returns data URIs of what was kept: the crop, then its overlay; empty when there is none, or when it was removed */
export async function readEvidence(out: string, key: string, verdict: Verdict): Promise<string[]> {
  const pictures = await Promise.all(
    topEvidence(verdict).map((_, part) => readFile(fileOf(out, key, part)).catch(() => null)),
  );
  return pictures.flatMap((bytes) => (bytes ? [`data:image/jpeg;base64,${bytes.toString('base64')}`] : []));
}
