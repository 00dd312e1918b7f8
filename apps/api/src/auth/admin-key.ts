import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultTenant } from '@assay/contracts';
import { findKey, firstRoles, hashOfKey, isApiKey, keys, newApiKey, recordOfKey, stateOfKey } from '@assay/pipeline';
import { makeFolder, type ObjectStore } from '@assay/storage';

const fileName = 'admin-key';
/** For its owner alone. */
const fileMode = 0o600;
const folderMode = 0o700;

export interface AdminKey {
  key: string;
  /** File that keeps the key, so that it can be shown again. */
  path: string;
  /** False: made at an earlier start. */
  created: boolean;
}

/**
 * The key that a first start makes. The service keeps only its hash; the key itself lies in one file of the data
 * folder. Deleting its record from the store revokes it: the next start makes another. An empty store (a fresh bucket
 * under an old data folder) takes the key of the file again.
 */
export async function ensureAdminKey(
  store: ObjectStore,
  dataDir: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<AdminKey> {
  const path = join(dataDir, fileName);
  const kept = await readKey(path);
  if (kept) {
    const known = await findKey(hashOfKey(kept), store, signal);
    if (known && stateOfKey(known) === 'active') return { key: kept, path, created: false };
    if (await isEmpty(store, signal)) {
      await register(store, kept, signal);
      return { key: kept, path, created: false };
    }
  }
  const key = newApiKey();
  await makeFolder(dataDir, { mode: folderMode });
  await writeKey(path, key);
  await register(store, key, signal);
  return { key, path, created: true };
}

/**
 * Makes a key valid that the deployment gives out, with as many replicas as there are. Only its hash is stored. A key that
 * was given out before stays valid until its record is deleted from the store.
 */
export async function admitKey(store: ObjectStore, key: string, signal: AbortSignal): Promise<void> {
  if (!(await store.stat(objectKeyOf(key), signal))) await register(store, key, signal);
}

const objectKeyOf = (key: string): string => keys.apiKey(hashOfKey(key));

async function register(store: ObjectStore, key: string, signal: AbortSignal): Promise<void> {
  const record = recordOfKey(key, { tenant: defaultTenant, name: 'admin', roles: [...firstRoles] });
  await store.put(objectKeyOf(key), JSON.stringify(record), { contentType: 'application/json' }, signal);
}

/** But for public keys of verdicts, which any worker may have left. */
async function isEmpty(store: ObjectStore, signal: AbortSignal): Promise<boolean> {
  for await (const { key } of store.list(keys.apiKeys, signal)) if (!key.startsWith(keys.signingKeys)) return false;
  return true;
}

async function readKey(path: string): Promise<string | null> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    return isApiKey(text) ? text : null;
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Whole or not at all, and at no moment readable for others. */
async function writeKey(path: string, key: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  const file = await open(temporary, 'w', fileMode);
  try {
    await file.chmod(fileMode);
    await file.writeFile(`${key}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
