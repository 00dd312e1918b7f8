import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelEntry } from '@assay/contracts';
import { ModelError } from './model-error';

/** A file that an entry names, with the size and digest that it has to have. */
export interface ModelFile {
  /** How messages call it. */
  title: string;
  file: string;
  sha256: string;
  bytes: number;
}

/** Every file of a model: the network, and its linear head where that is one of its own. */
export function modelFiles(entry: ModelEntry): ModelFile[] {
  const { id, file, sha256, bytes } = entry;
  const network = { title: `Model "${id}"`, file, sha256, bytes };
  const head = headFile(entry);
  return head ? [network, head] : [network];
}

/** The file of a model's linear head; null where it has none or states its values in the manifest. */
export function headFile({ id, outputs }: ModelEntry): ModelFile | null {
  const { logit } = outputs;
  if (logit?.kind !== 'linear-head' || !('file' in logit.head)) return null;
  return { title: `The head of model "${id}"`, ...logit.head };
}

/** The checked bytes of one model. What is run is what was checked: threads load through here as well. */
export function readModelFile(dir: string, entry: ModelEntry): Promise<Buffer> {
  return readChecked(dir, modelFiles(entry)[0]!, entry.id);
}

/** @throws ModelError when the file is missing, or has another size or SHA-256 than stated */
export async function readChecked(dir: string, wanted: ModelFile, model: string): Promise<Buffer> {
  const { title, file } = wanted;
  let bytes: Buffer;
  try {
    bytes = await readFile(join(dir, file));
  } catch (error) {
    throw new ModelError('file_missing', `${title} cannot be read (${systemReason(error)}).`, model);
  }
  if (bytes.length !== wanted.bytes) {
    const message = `${title} has ${bytes.length} bytes, the manifest says ${wanted.bytes}.`;
    throw new ModelError('size_mismatch', message, model);
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== wanted.sha256) {
    const message = `${title} is not the file that the manifest names (SHA-256 differs: the file has ${sha256}).`;
    throw new ModelError('digest_mismatch', message, model);
  }
  return bytes;
}

/** Error code of a failed system call (`ENOENT` ...), which says why without saying where. */
export function systemReason(error: unknown): string {
  // By shape: across realms (test runners, threads) an error is not always an instance of this realm's Error.
  const named = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
  return named ? String(error.code) : 'unknown error';
}
