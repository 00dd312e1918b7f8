import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Manifest, ModelSetName, RegisteredModelSet } from '@assay/contracts';
import { loadModels, type ModelFile, modelFiles, type ModelSet } from '@assay/forensics';
import type { ObjectStore } from '@assay/storage';
import { ModelSetError } from '../errors';
import { keys } from '../keys';
import { readStored, writeStored } from '../stored';

/** Fewer digits could mean another set tomorrow. */
export const shortestDigest = 8;

/** Files of a set, each content once. */
export function filesOf({ entries }: Pick<ModelSet, 'entries'>): ModelFile[] {
  return [...new Map(entries.flatMap(modelFiles).map((file) => [file.sha256, file])).values()];
}

/**
 * Brings a folder with a manifest into the object store, from where every worker can load it. Doing it twice is harmless; the
 * record goes last, so that a set that is listed is complete.
 *
 * @throws ModelError when the folder holds no usable set; ModelSetError `bad_name` | `name_taken`
 */
export async function addModelSet(
  dir: string,
  { name, by }: { name: string | null; by: string },
  store: ObjectStore,
  signal: AbortSignal,
): Promise<RegisteredModelSet> {
  const named = ModelSetName.nullable().safeParse(name);
  if (!named.success) throw new ModelSetError('bad_name', `A name ${named.error.issues[0]?.message}.`);
  const models = await loadModels(dir);
  const known = await listRegistered(store, signal);
  const same = known.find(({ digest }) => digest === models.digest);
  if (same && (name === null || same.name === name)) return same;
  const taken = name !== null && known.some((set) => set.name === name && set.digest !== models.digest);
  if (taken) throw new ModelSetError('name_taken', `The name "${name}" belongs to another set.`);
  const files = filesOf(models);
  for (const { sha256, file, bytes } of files) {
    const key = keys.modelFile(sha256);
    if ((await store.stat(key, signal))?.bytes === bytes) continue;
    await store.put(key, createReadStream(join(dir, file)), {}, signal);
  }
  const manifest = Manifest.parse(JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8')));
  await writeStored(store, keys.modelSetManifest(models.digest), manifest, { ifAbsent: false }, signal);
  const record: RegisteredModelSet = {
    schema: 'assay.model-set/1',
    digest: models.digest,
    name,
    models: models.uses,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    addedAt: same?.addedAt ?? new Date().toISOString(),
    addedBy: same?.addedBy ?? by,
  };
  await writeStored(store, keys.modelSet(models.digest), record, { ifAbsent: false }, signal);
  return record;
}

/** In the order in which they were registered. */
export async function listRegistered(store: ObjectStore, signal: AbortSignal): Promise<RegisteredModelSet[]> {
  const sets: RegisteredModelSet[] = [];
  for await (const { key } of store.list(keys.modelSets, signal)) {
    const set = await readStored(store, key, RegisteredModelSet, signal);
    if (set) sets.push(set);
  }
  return sets.sort((a, b) => (a.addedAt < b.addedAt ? -1 : 1));
}

/**
 * @param ref a name, or the first digits of a digest
 * @throws ModelSetError `unknown_set`, also for digits that fit several
 */
export async function findModelSet(ref: string, store: ObjectStore, signal: AbortSignal): Promise<RegisteredModelSet> {
  const sets = await listRegistered(store, signal);
  const named = sets.find(({ name }) => name === ref);
  if (named) return named;
  const fitting = ref.length < shortestDigest ? [] : sets.filter(({ digest }) => digest.startsWith(ref));
  if (fitting.length === 1) return fitting[0]!;
  const why =
    fitting.length > 1
      ? 'Several sets begin with these digits.'
      : `No set "${ref}" is registered; "assay models sets" lists them.`;
  throw new ModelSetError('unknown_set', why);
}

/**
 * The digest of a set that can judge: a registered one, or the installed one, which needs no registration.
 *
 * @param ref a name, or the first digits of a digest
 * @throws ModelSetError `unknown_set`
 */
export async function resolveModelSet(
  ref: string,
  installed: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<string> {
  if (ref === installed || (ref.length >= shortestDigest && installed.startsWith(ref))) return installed;
  return (await findModelSet(ref, store, signal)).digest;
}

/**
 * Removes a set from the store. Files that another set has as well stay.
 *
 * @param inUse digests that may not go
 * @throws ModelSetError `set_in_use`
 */
export async function removeModelSet(
  set: RegisteredModelSet,
  inUse: ReadonlySet<string>,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  if (inUse.has(set.digest))
    throw new ModelSetError(
      'set_in_use',
      'The set is live, on trial, what rollbacks bring back, or open scans wait for it.',
    );
  const manifest = await readStored(store, keys.modelSetManifest(set.digest), Manifest, signal);
  // The record first: a set that is cut off half-way must not look complete.
  await store.delete(keys.modelSet(set.digest), signal);
  await store.delete(keys.modelSetManifest(set.digest), signal);
  const kept = new Set<string>();
  for (const { digest } of await listRegistered(store, signal)) {
    const other = await readStored(store, keys.modelSetManifest(digest), Manifest, signal);
    for (const { sha256 } of other ? filesOf({ entries: other.models }) : []) kept.add(sha256);
  }
  for (const { sha256 } of manifest ? filesOf({ entries: manifest.models }) : []) {
    if (!kept.has(sha256)) await store.delete(keys.modelFile(sha256), signal);
  }
}
