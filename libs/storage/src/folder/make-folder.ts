import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf } from './fs-errors';

export interface FolderOptions {
  /** Permissions of every folder that is made. */
  mode?: number;
}

/**
 * Makes a folder and those above it that are missing, one by one: Node's `mkdir` with `recursive` tries for ever where a
 * parent exists that can hold no folders (/proc).
 *
 * @returns those that were made, from the top; their names survive a power cut once `syncNames` has seen them
 * @throws the error of the system call: EEXIST where a file is in the way; ENOENT where a parent was removed meanwhile
 */
export async function makeFolder(path: string, { mode }: FolderOptions = {}): Promise<string[]> {
  const full = resolve(path);
  if (await isFolder(full)) return [];
  const parent = dirname(full);
  const made = parent === full ? [] : await makeFolder(parent, { mode });
  try {
    await mkdir(full, { mode });
  } catch (error) {
    // Somebody else may have made it in the meantime.
    if (codeOf(error) === 'EEXIST' && (await isFolder(full))) return made;
    throw error;
  }
  return [...made, full];
}

/** Null: nothing has that name. */
export async function isFolder(path: string): Promise<boolean | null> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? null;
}
