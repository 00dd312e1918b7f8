import { mkdir, open, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './fs-errors';

/** Makes a name that was just created, renamed or removed in `folder` survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** `mkdir -p`; where `durable`, its new names survive a power cut. */
export async function makeFolder(folder: string, durable: boolean): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined || !durable) return;
  // Every new folder is a new name in its parent.
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** Whether a folder has the name of this file, or a file that of a folder above it, up to `root`. */
export async function isTaken(path: string, root: string): Promise<boolean> {
  const isFolder = async (name: string): Promise<boolean | null> =>
    (await stat(name).catch(() => null))?.isDirectory() ?? null;
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
