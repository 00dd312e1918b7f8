import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Verdict } from '@assay/contracts';
import { makeFolder } from '@assay/storage';
import { reportHtml } from './report-html';

/** Digits of the scan id in a folder's name: enough to tell the scans of one file apart. */
const shortScanDigits = 8;
/** Leaves room for the rest of a path where those are limited to 260 characters. */
const maxNameCharacters = 60;

const mimeTypes: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
};

/** `clip.mp4-1a2b3c4d`: readable, safe as a folder name anywhere, the same for the same scan. */
export function reportFolderName(verdict: Pick<Verdict, 'file' | 'scan'>): string {
  const name = (verdict.file ?? 'media')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^\.+/, '')
    .slice(0, maxNameCharacters);
  return `${name || 'media'}-${verdict.scan.slice('sc_'.length, 'sc_'.length + shortScanDigits)}`;
}

/**
 * Writes `verdict.json`, `report.html` and `evidence/` into a folder under `out`.
 *
 * @returns the path of the HTML report
 */
export async function writeReport(
  out: string,
  verdict: Verdict,
  artefacts: ReadonlyMap<string, Buffer>,
): Promise<string> {
  const folder = join(out, reportFolderName(verdict));
  await makeFolder(join(folder, 'evidence'));
  const pictures = new Map<string, string>();
  for (const [name, bytes] of artefacts) {
    await writeFile(join(folder, 'evidence', basename(name)), bytes);
    const mime = mimeTypes[name.split('.').pop()?.toLowerCase() ?? ''];
    if (mime) pictures.set(name, `data:${mime};base64,${bytes.toString('base64')}`);
  }
  await writeFile(join(folder, 'verdict.json'), `${JSON.stringify(verdict, null, 2)}\n`);
  const report = join(folder, 'report.html');
  await writeFile(report, reportHtml(verdict, pictures));
  return report;
}
