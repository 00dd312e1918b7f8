import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Files in a folder that others write to and clear meanwhile, by their paths from it.
 * Node's recursive readdir fails when a folder goes between being listed and being read; here such a folder holds nothing.
 */
export async function filesUnder(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const found = entries.map(async (entry) => {
    if (!entry.isDirectory()) return [entry.name];
    return (await filesUnder(join(root, entry.name))).map((path) => join(entry.name, path));
  });
  return (await Promise.all(found)).flat();
}
