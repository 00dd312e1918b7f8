import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isObjectKey } from '../object-key';
import type { ListedObject } from '../object-store';
import { isAbsent, storeErrorOf } from './fs-errors';

/**
 * All objects whose key starts with `prefix`, in key order, one folder in memory at a time. Names that are no keys
 * (temporary files, an operator's own dot-files) are not objects.
 */
export async function* walkKeys(root: string, prefix: string, signal: AbortSignal): AsyncGenerator<ListedObject> {
  // Only one folder can hold keys that start with the prefix: the one up to its last '/'.
  yield* walkFolder(root, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix, signal);
}

async function* walkFolder(
  root: string,
  folderKey: string,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<ListedObject> {
  for (const name of await namesIn(join(root, folderKey))) {
    signal.throwIfAborted();
    const key = folderKey + name;
    if (!key.startsWith(prefix)) continue;
    if (key.endsWith('/')) yield* walkFolder(root, key, prefix, signal);
    else if (isObjectKey(key)) yield* listed(join(root, key), key);
  }
}

/** Folder names end in '/', which sorts them to where their keys belong: `a-b`, `a/b`, `a0`. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const kept = entries.filter((entry) => !entry.name.startsWith('.') && (entry.isFile() || entry.isDirectory()));
    return kept.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw storeErrorOf(error, folder);
  }
}

async function* listed(path: string, key: string): AsyncGenerator<ListedObject> {
  try {
    const { size } = await stat(path);
    yield { key, bytes: size };
  } catch (error) {
    // Deleted since the folder was read.
    if (!isAbsent(error)) throw storeErrorOf(error, key);
  }
}
