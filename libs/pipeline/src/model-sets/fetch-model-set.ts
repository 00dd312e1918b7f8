import { createWriteStream } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Manifest } from '@assay/contracts';
import { loadModels, ModelError, modelFiles, type ModelSet } from '@assay/forensics';
import { makeFolder, type ObjectStore } from '@assay/storage';
import { ModelSetMissingError } from '../errors';
import { keys } from '../keys';
import { readStored } from '../stored';

/** Where registered sets lie on this machine once they were needed; for its owner alone. */
const folderMode = 0o700;

/**
 * A registered set as a folder of this machine, fetched from the store when it is not there yet. What is given was checked: every
 * file by its SHA-256, and the whole by the digest that was asked for. Several processes may share `cacheDir`.
 *
 * @throws ModelSetMissingError when the set is not registered, or this version of the code makes another set of it
 */
export async function fetchModelSet(
  digest: string,
  cacheDir: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ModelSet> {
  const dir = join(cacheDir, digest);
  return (await loadChecked(dir, digest)) ?? (await download(digest, dir, cacheDir, store, signal));
}

async function download(
  digest: string,
  dir: string,
  cacheDir: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ModelSet> {
  const manifest = await readStored(store, keys.modelSetManifest(digest), Manifest, signal);
  if (!manifest || !(await store.stat(keys.modelSet(digest), signal))) throw new ModelSetMissingError(digest);
  await makeFolder(cacheDir, { mode: folderMode });
  const temporary = await mkdtemp(join(cacheDir, 'incoming-'));
  try {
    for (const { sha256, file } of manifest.models.flatMap(modelFiles)) {
      const body = await store.stream(keys.modelFile(sha256), null, signal);
      if (!body) throw new ModelSetMissingError(digest);
      const path = inside(temporary, file, digest);
      await makeFolder(dirname(path), { mode: folderMode });
      await pipeline(body, createWriteStream(path), { signal });
    }
    await writeFile(join(temporary, 'manifest.json'), JSON.stringify(manifest));
    const models = await loadChecked(temporary, digest);
    if (!models) throw new ModelSetMissingError(digest);
    await takePlace(temporary, dir, digest);
    return { ...models, dir };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** A good set that lies there, from another process, stays: it may be in use. */
async function takePlace(temporary: string, dir: string, digest: string): Promise<void> {
  if (
    await rename(temporary, dir).then(
      () => true,
      () => false,
    )
  )
    return;
  if (await loadChecked(dir, digest)) return;
  const damaged = `${temporary}-damaged`;
  await rename(dir, damaged);
  await rename(temporary, dir);
  await rm(damaged, { recursive: true, force: true });
}

/** @returns null when nothing usable lies there, or another set */
async function loadChecked(dir: string, digest: string): Promise<ModelSet | null> {
  try {
    const models = await loadModels(dir);
    return models.digest === digest ? models : null;
  } catch (error) {
    if (error instanceof ModelError) return null;
    throw error;
  }
}

/** A manifest names files relative to its folder; one that leads out of it is not written. */
function inside(folder: string, file: string, digest: string): string {
  const path = resolve(folder, file);
  if (relative(folder, path).startsWith('..')) throw new ModelSetMissingError(digest);
  return path;
}
