import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore } from '@assay/storage';
import { deletionMs } from '../deletion-marker';
import { isOlder } from '../is-older';
import { keys } from '../keys';
import { tidyUpMs } from '../scan-state';
import type { Item } from './item';

/** No more is begun then, and the next day goes on: well before the marker counts as one that a dead process left, ms. */
const longestMs = deletionMs / 2;
/** Ageing an item mostly takes less than a second: whoever places a hold waits no longer than this, ms. */
const waitMs = 10_000;
const pauseMs = 50;

/** What ageing says of itself, and is told. */
export interface AgeingRun {
  /** Says of one more item that it is being aged, until the work has ended: of the same media of other tenants. */
  mark(item: Item): Promise<void>;
  /** True: it takes so long that nothing more may be begun. */
  isLate(): boolean;
}

/**
 * Runs what retention removes of an item. The marker is there before the work looks for holds, and a hold before it is
 * looked for markers: of two who meet, one sees the other. Each run has a marker of its own, as several workers may age
 * an item at once.
 */
export async function whileAgeing(
  item: Item,
  store: ObjectStore,
  signal: AbortSignal,
  work: (run: AgeingRun) => Promise<void>,
): Promise<void> {
  const began = Date.now();
  const markers: string[] = [];
  const mark = async ({ tenant, media }: Item): Promise<void> => {
    const marker = keys.ageing(tenant, media, randomUUID());
    markers.push(marker);
    await store.put(marker, '', {}, signal);
  };
  try {
    await mark(item);
    await work({ mark, isLate: () => Date.now() - began > longestMs });
  } finally {
    // One that stays keeps holds waiting for ten minutes, and no longer: see `removeOldAgeing`.
    for (const marker of markers) await store.delete(marker, AbortSignal.timeout(tidyUpMs)).catch(() => undefined);
  }
}

/**
 * Waits until what is being aged now is over. What begins meanwhile is not waited for: it sees what was written before.
 *
 * @param prefix of markers: those of a tenant, or of one item
 * @returns false when that takes too long
 */
export async function untilAged(prefix: string, store: ObjectStore, signal: AbortSignal): Promise<boolean> {
  const giveUpAt = Date.now() + waitMs;
  const markers: string[] = [];
  for await (const { key } of store.list(prefix, signal)) markers.push(key);
  for (const marker of markers) {
    while (await isAgeing(marker, store, signal)) {
      if (Date.now() > giveUpAt) return false;
      await sleep(pauseMs, undefined, { signal });
    }
  }
  return true;
}

/** Takes away the markers of processes that died at it. */
export async function removeOldAgeing(store: ObjectStore, signal: AbortSignal): Promise<void> {
  for await (const { key } of store.list(keys.allAgeing, signal)) {
    if (await isOlder(key, deletionMs, { store }, signal)) await store.delete(key, signal);
  }
}

async function isAgeing(marker: string, store: ObjectStore, signal: AbortSignal): Promise<boolean> {
  const stat = await store.stat(marker, signal);
  return stat !== null && Date.now() - stat.modifiedAt.getTime() <= deletionMs;
}
