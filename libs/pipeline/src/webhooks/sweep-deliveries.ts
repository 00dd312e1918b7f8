import type { DeliveryId } from '@assay/contracts';
import { inLanes } from '../in-lanes';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { addDeliverJob, type DeliveryParts, findDelivery, hasDeliverJob } from './deliveries';
import { deliveryIdOf, eventAndTimeOf } from './delivery-id';
import { allWebhookIds } from './webhooks';

const dayMs = 24 * 3_600_000;
/** How long the log of a webhook goes back, ms. Longer than the tries of a delivery take. */
export const deliveriesKeptMs = 30 * dayMs;
/** A marker without a record belongs to an event that is just being put on its way, until it is older than this, ms. */
const orphanAgeMs = 3_600_000;
/** Each costs a question to Redis, and rarely more. */
const lanes = 16;

type SweepParts = DeliveryParts & Pick<Ports, 'log'>;

/**
 * Gives deliveries that have not ended their job back, where a crash or a Redis that lost its data took it. A dead letter
 * is left for its operator. @returns how many
 */
export async function sweepDeliveries(parts: SweepParts, signal: AbortSignal): Promise<number> {
  let redriven = 0;
  await inLanes(
    parts.store.list(keys.pendingDeliveries, signal),
    lanes,
    async ({ key }, stop) => {
      try {
        if (await sweepOne(key, parts, stop)) redriven += 1;
      } catch (error) {
        stop.throwIfAborted();
        parts.log.error({ marker: key, err: error }, 'a delivery could not be swept');
      }
    },
    signal,
  );
  return redriven;
}

const markerPattern = /^pending\/(\d{13})\.((?:wh|cb)_[0-9a-f]{24})\.(.+)$/;

async function sweepOne(key: string, parts: SweepParts, signal: AbortSignal): Promise<boolean> {
  const { store, queues } = parts;
  const [, ms, webhook, id] = markerPattern.exec(key) ?? [];
  if (ms === undefined || webhook === undefined || id === undefined) return false;
  const delivery = deliveryIdOf({ id, timestamp: new Date(Number(ms)).toISOString() });
  if ((await hasDeliverJob(webhook, delivery, queues)) !== 'none') return false;
  const record = await findDelivery(webhook, delivery, store, signal);
  if (record?.state === 'pending') {
    await addDeliverJob(webhook, delivery, queues);
    return true;
  }
  const stat = await store.stat(key, signal);
  if (record || (stat && Date.now() - stat.modifiedAt.getTime() > orphanAgeMs)) await store.delete(key, signal);
  return false;
}

/** Takes deliveries out of the logs that are older than they go back. @returns how many */
export async function removeOldDeliveries(
  store: Ports['store'],
  signal: AbortSignal,
  now = Date.now(),
): Promise<number> {
  let removed = 0;
  const prefixes = (await allWebhookIds(store, signal)).map(keys.deliveries);
  for (const prefix of [...prefixes, keys.callbackDeliveries]) {
    for await (const { key } of store.list(prefix, signal)) {
      if (!isOld(key.slice(key.lastIndexOf('/') + 1, -'.json'.length), now)) continue;
      await store.delete(key, signal);
      removed += 1;
    }
  }
  return removed;
}

const isOld = (delivery: DeliveryId, now: number): boolean =>
  Number(eventAndTimeOf(delivery).ms) < now - deliveriesKeptMs;

/** @returns when the oldest event that is still on its way happened, ms since 1970; null when none is */
export async function oldestPending(store: Ports['store'], signal: AbortSignal): Promise<number | null> {
  for await (const { key } of store.list(keys.pendingDeliveries, signal)) {
    const [, ms] = markerPattern.exec(key) ?? [];
    if (ms !== undefined) return Number(ms);
  }
  return null;
}
