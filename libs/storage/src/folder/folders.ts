import { mkdir, open, rmdir } from 'node:fs/promises';
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
