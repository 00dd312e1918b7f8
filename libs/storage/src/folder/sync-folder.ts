import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a name that was just created, renamed or removed in `folder` survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the names of folders that were just made survive a power cut. */
export async function syncNames(made: string[]): Promise<void> {
  for (const folder of made) await syncFolder(dirname(folder));
}
