import { type CallbackId, type ScanRecord, ToldNews } from '@assay/contracts';
import { keys } from '../keys';
import type { ScanQueues } from '../open-queues';
import type { Ports } from '../ports';
import { readDerived } from '../stored';
import { callbackIds } from '../webhooks/callback-records';
import { deliveryIdOf } from '../webhooks/delivery-id';
import { forgetEvents } from './forget';

/**
 * Removes a scan's events whose time is over, with their deliveries. Each has its own: a revision comes long after the end,
 * and an end is written down again for who asks for a call later. One that a callback is still to hear stays until it has.
 *
 * @param isOver whether the time of what came into being then, ms since 1970, is over
 * @returns how many
 */
export async function ageEvents(
  scan: ScanRecord,
  isOver: (since: number) => boolean,
  ports: Pick<Ports, 'store'> & Parameters<typeof forgetEvents>[2] & { queues: ScanQueues },
  signal: AbortSignal,
): Promise<number> {
  const { store, queues } = ports;
  let callbacks: CallbackId[] | null = null;
  let removed = 0;
  for await (const { key } of store.list(keys.events(scan.id), signal)) {
    // When it was written, not of when it tells: an end that is written down again tells of one long ago.
    const stat = await store.stat(key, signal);
    if (!stat || !isOver(stat.modifiedAt.getTime())) continue;
    const event = await readDerived(store, key, ToldNews, signal);
    callbacks ??= await callbackIds(scan.id, store, signal);
    if (event && (await isToBeHeard(event, callbacks, store, signal))) continue;
    if (event) await forgetEvents(scan.tenant, [event], ports, queues, signal, callbacks);
    await store.delete(key, signal);
    removed += 1;
  }
  return removed;
}

async function isToBeHeard(
  event: ToldNews,
  callbacks: readonly CallbackId[],
  store: Ports['store'],
  signal: AbortSignal,
): Promise<boolean> {
  for (const callback of callbacks) {
    if (await store.stat(keys.pendingDelivery(callback, deliveryIdOf(event)), signal)) return true;
  }
  return false;
}
