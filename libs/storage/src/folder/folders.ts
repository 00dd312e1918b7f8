import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './fs-errors';
import { isFolder } from './make-folder';

/** Whether a folder has the name of this file, or a file that of a folder above it, up to `root`. */
export async function isTaken(path: string, root: string): Promise<boolean> {
  if (await isFolder(path)) return true;
  for (let above = dirname(path); above !== root && above.startsWith(root); above = dirname(above)) {
    if ((await isFolder(above)) === false) return true;
  }
  return false;
}

/** Removes `folder` and its parents while they are empty; `root` stays. */
export async function pruneEmptyFolders(folder: string, root: string): Promise<void> {
  for (let empty = folder; empty !== root && empty.startsWith(root); empty = dirname(empty)) {
    try {
      await rmdir(empty);
    } catch (error) {
      // Someone else removed it: its parents may still be ours to remove. Anything else: in use, leave it.
      if (codeOf(error) !== 'ENOENT') return;
    }
  }
}
