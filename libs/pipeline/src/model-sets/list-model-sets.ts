import {
  type ListedModelSet,
  type ModelSetRole,
  type RegisteredModelSet,
  type Rollout,
  ScanRecord,
} from '@assay/contracts';
import type { ModelSet } from '@assay/forensics';
import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';
import { readDerived } from '../stored';
import { filesOf, findModelSet, listRegistered, removeModelSet } from './registry';
import { readEntry, readRollout } from './rollout-reader';

/**
 * Every set that can judge: the registered ones, and the one that came with this process.
 *
 * @param installed null where there is none, or nobody knows
 */
export async function listModelSets(
  store: ObjectStore,
  installed: ModelSet | null,
  signal: AbortSignal,
): Promise<ListedModelSet[]> {
  const rollout = await readRollout(store, null, signal);
  const registered = await listRegistered(store, signal);
  const rolesOf = (digest: string): ModelSetRole[] => {
    const live = rollout?.live ?? installed?.digest;
    const sets = { live, canary: rollout?.canary?.set, shadow: rollout?.shadow?.set };
    return (['live', 'canary', 'shadow'] as const).filter((role) => sets[role] === digest);
  };
  const sets: ListedModelSet[] = registered.map(({ schema: _, ...set }) => ({
    ...set,
    registered: true,
    installed: set.digest === installed?.digest,
    roles: rolesOf(set.digest),
  }));
  if (installed && !sets.some(({ digest }) => digest === installed.digest)) {
    sets.unshift({
      digest: installed.digest,
      name: null,
      models: installed.uses,
      bytes: filesOf(installed).reduce((sum, { bytes }) => sum + bytes, 0),
      addedAt: null,
      addedBy: null,
      registered: false,
      installed: true,
      roles: rolesOf(installed.digest),
    });
  }
  return sets;
}

/**
 * Removes a registered set that nothing needs: not what judges or is on trial, not what a rollback brings back (of any number of
 * steps), not what scans under way are judged by.
 *
 * @throws ModelSetError `unknown_set` | `set_in_use`
 */
export async function retireModelSet(
  ref: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<RegisteredModelSet> {
  const set = await findModelSet(ref, store, signal);
  const rollout = await readRollout(store, null, signal);
  const inUse = [
    ...[rollout?.live, rollout?.canary?.set, rollout?.shadow?.set],
    ...(await liveBefore(rollout, store, signal)),
    ...(await openSets(store, signal)),
  ].filter((digest) => typeof digest === 'string');
  await removeModelSet(set, new Set(inUse), store, signal);
  return set;
}

/** What rollbacks bring back, one after the other. */
async function liveBefore(
  rollout: Rollout | null,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<Rollout['live'][]> {
  const sets: Rollout['live'][] = [];
  let before = rollout?.before;
  while (before) {
    const entry = await readEntry(store, before, signal);
    sets.push(entry?.live ?? null);
    // Each names an earlier one: an entry that was tampered with must not lead in a circle.
    before = entry?.before && entry.before < before ? entry.before : null;
  }
  return sets;
}

async function openSets(store: ObjectStore, signal: AbortSignal): Promise<Set<string>> {
  const sets = new Set<string>();
  for await (const { key } of store.list(keys.openScans, signal)) {
    const record = await readDerived(store, keys.record(key.slice(keys.openScans.length)), ScanRecord, signal);
    if (record) sets.add(record.modelSet);
  }
  return sets;
}
