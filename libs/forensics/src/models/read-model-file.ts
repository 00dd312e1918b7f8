import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelEntry } from '@assay/contracts';
import { ModelError } from './model-error';

/** The checked bytes of one model. What is run is what was checked: threads load through here as well. */
export async function readModelFile(dir: string, entry: ModelEntry): Promise<Buffer> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(dir, entry.file));
  } catch (error) {
    throw new ModelError('file_missing', `Model "${entry.id}" cannot be read (${systemReason(error)}).`, entry.id);
  }
  if (bytes.length !== entry.bytes) {
    const message = `Model "${entry.id}" has ${bytes.length} bytes, the manifest says ${entry.bytes}.`;
    throw new ModelError('size_mismatch', message, entry.id);
  }
  if (createHash('sha256').update(bytes).digest('hex') !== entry.sha256) {
    const message = `Model "${entry.id}" is not the file that the manifest names (SHA-256 differs).`;
    throw new ModelError('digest_mismatch', message, entry.id);
  }
  return bytes;
}

/** Error code of a failed system call (`ENOENT` ...), which says why without saying where. */
export function systemReason(error: unknown): string {
  // By shape: across realms (test runners, threads) an error is not always an instance of this realm's Error.
  const named = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
  return named ? String(error.code) : 'unknown error';
}
