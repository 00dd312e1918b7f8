import { setTimeout as sleep } from 'node:timers/promises';
import { type ObjectStore, StoreUnavailableError } from '@assay/storage';
import type { Item } from './keeping/item';
import { keys } from './keys';

/** A deletion that has not ended by then was cut off, ms. */
export const deletionMs = 600_000;
/** Whoever takes the same file in again waits no longer than this, ms. */
const waitMs = 30_000;
const pauseMs = 50;

/**
 * Waits until nobody deletes the item: what is written of it before that would go with it, in part. A deletion that was cut off is not
 * waited for; the sweeper knows what was taken in since.
 *
 * @returns whether there was anything to wait for
 * @throws StoreUnavailableError when the deletion takes too long
 */
export async function untilNotDeleted(
  { tenant, media }: Item,
  store: Pick<ObjectStore, 'stat'>,
  signal: AbortSignal,
): Promise<boolean> {
  const giveUpAt = Date.now() + waitMs;
  let waited = false;
  for (;;) {
    const marker = await store.stat(keys.deletion(tenant, media), signal);
    if (!marker || Date.now() - marker.modifiedAt.getTime() > deletionMs) return waited;
    if (Date.now() > giveUpAt) throw new StoreUnavailableError('the same file is just being deleted', null);
    await sleep(pauseMs, undefined, { signal });
    waited = true;
  }
}
