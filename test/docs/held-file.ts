import { readFileSync, writeFileSync } from 'node:fs';

/** Holds a checked-in file to what is made of its sources; with `ASSAY_UPDATE_DOCS` set it is written anew. */
export function heldFile(path: string, made: string): 'as made' | 'old: ASSAY_UPDATE_DOCS=1 npx jest test/docs' {
  if (process.env['ASSAY_UPDATE_DOCS']) writeFileSync(path, made);
  return readFileSync(path, 'utf8') === made ? 'as made' : 'old: ASSAY_UPDATE_DOCS=1 npx jest test/docs';
}
