import { Rollout } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';
import { readStored } from '../stored';

/** How long what was read is believed, ms: a change reaches every process within this and one request. */
const believedMs = 1_000;

export interface RolloutReader {
  /** What holds now; null when nothing was ever changed. @throws StoreUnavailableError */
  now(signal: AbortSignal): Promise<Rollout | null>;
}

/** Asks the store when somebody wants to know, and not more often than once a second: one request that finds nothing, as a rule. */
export function createRolloutReader(store: ObjectStore, now: () => number = Date.now): RolloutReader {
  let latest: Rollout | null = null;
  let until = -Infinity;
  return {
    async now(signal) {
      if (now() < until) return latest;
      latest = await readRollout(store, latest, signal);
      until = now() + believedMs;
      return latest;
    },
  };
}

/**
 * The last entry.
 *
 * @param known an earlier one, from which it is looked for: one request instead of a listing
 */
export async function readRollout(
  store: ObjectStore,
  known: Rollout | null,
  signal: AbortSignal,
): Promise<Rollout | null> {
  if (!known) {
    let last: string | null = null;
    for await (const { key } of store.list(keys.rollouts, signal)) last = key;
    return last === null ? null : readStored(store, last, Rollout, signal);
  }
  for (let latest = known; ;) {
    const next = await readEntry(store, latest.number + 1, signal);
    if (!next) return latest;
    latest = next;
  }
}

/** @returns null when there is no entry of this number */
export function readEntry(store: ObjectStore, number: number, signal: AbortSignal): Promise<Rollout | null> {
  return readStored(store, keys.rollout(number), Rollout, signal);
}

/** Every entry, the newest first. */
export async function readHistory(store: ObjectStore, signal: AbortSignal): Promise<Rollout[]> {
  const entries: Rollout[] = [];
  for await (const { key } of store.list(keys.rollouts, signal)) {
    const entry = await readStored(store, key, Rollout, signal);
    if (entry) entries.unshift(entry);
  }
  return entries;
}
