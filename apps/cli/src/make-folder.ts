import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorCode } from './error-code';

/**
 * Makes a folder and those above it that are missing, one by one: `mkdir` with `recursive` tries for ever where a parent
 * exists that can hold no folders (/proc).
 *
 * @throws the error of the system call; ENOTDIR where a file is in the way
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  const full = resolve(path);
  if (await isFolder(full)) return;
  if (dirname(full) !== full) await makeFolder(dirname(full), mode);
  try {
    await mkdir(full, { mode });
  } catch (error) {
    // Somebody else may have made it in the meantime.
    if (errorCode(error) !== 'EEXIST' || !(await isFolder(full))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
