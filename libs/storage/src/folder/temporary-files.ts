import { randomUUID } from 'node:crypto';
import { open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { codeOf, storeErrorOf } from './fs-errors';
import { makeFolder } from './make-folder';
import { syncNames } from './sync-folder';

/** Inside the root, hence on the same file system: a rename out of it is atomic. No key can name it. */
export const temporaryFolder = '.tmp';
/** No write takes this long; what is older was left by a crash. */
const leftoverAfterMs = 24 * 3600 * 1000;

/**
 * Writes the body to a new temporary file.
 *
 * @param durable waits until the disk has it
 * @returns the file's path; the caller renames or unlinks it
 * @throws the body's own error, the signal's reason, or a store error; the file is gone then
 */
export async function writeTemporaryFile(
  root: string,
  body: Buffer | string | Readable,
  durable: boolean,
  signal: AbortSignal,
): Promise<string> {
  const path = join(root, temporaryFolder, randomUUID());
  const handle = await orStoreError(async () => {
    const made = await makeFolder(join(root, temporaryFolder));
    if (durable) await syncNames(made);
    return open(path, 'wx');
  });
  try {
    try {
      await writeBody(handle, body, signal);
      if (durable) await orStoreError(() => handle.sync());
    } finally {
      await handle.close();
    }
    return path;
  } catch (error) {
    await removeTemporaryFile(path);
    throw error;
  }
}

export async function removeTemporaryFile(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw storeErrorOf(error, temporaryFolder);
  });
}

/** Removes what crashed writers left behind. */
export async function removeLeftovers(root: string, nowMs: number): Promise<void> {
  const folder = join(root, temporaryFolder);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found && nowMs - found.mtimeMs > leftoverAfterMs) await removeTemporaryFile(path);
  }
}

async function writeBody(handle: FileHandle, body: Buffer | string | Readable, signal: AbortSignal): Promise<void> {
  if (!(body instanceof Readable)) {
    await orStoreError(() => handle.writeFile(body));
    return signal.throwIfAborted();
  }
  try {
    // One chunk at a time: the body waits for the disk, and its own errors come out of the loop unchanged.
    for await (const chunk of addAbortSignal(signal, body)) await orStoreError(() => handle.writeFile(chunk));
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

async function orStoreError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeErrorOf(error, temporaryFolder);
  }
}
