import type { DeliveryId } from '@assay/contracts';
import type { ListedObject } from '@assay/storage';
import { inLanes } from '../in-lanes';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { addDeliverJob, type DeliveryParts, findDelivery, hasDeliverJob } from './deliveries';
import { deliveryIdOf, eventAndTimeOf } from './delivery-id';
import { allWebhookIds } from './webhooks';

const dayMs = 24 * 3_600_000;
/** How long the log of a webhook goes back, and what was sent last stays in it, ms. Longer than the tries of a delivery take. */
export const deliveriesKeptMs = 30 * dayMs;
/** A marker without a record belongs to an event that is just being put on its way, until it is older than this, ms. */
const orphanAgeMs = 3_600_000;
/** Markers are looked for by the time of their event in stretches of this length: their names begin with it, in ms. */
const stretchMs = 1_000_000;
/** Stretches that every sweep goes through: the next, for clocks that differ, and somewhat more than the hour before. */
const newest = 6;
/** An older one has its turn once an hour. */
const minuteMs = 60_000;
const minutesAnHour = 60;
/** A delivery that was sent again on the last day of the log may be this old before its tries have ended, ms. */
const oldestMs = deliveriesKeptMs + 14 * dayMs;
/** Each costs a question to Redis, and rarely more. */
const lanes = 16;

/** Time of the event in ms, receiver, event. */
export const markerPattern = /^pending\/(\d{13})\.((?:wh|cb)_[0-9a-f]{24})\.(.+)$/;

type SweepParts = DeliveryParts & Pick<Ports, 'log'>;

const firstStretch = (now: number): number => Math.floor((now - oldestMs) / stretchMs);

/**
 * Stretches of time whose turn it is, the newest first: a receiver that has been dead for days has left millions of markers,
 * and what was cut off a minute ago must not wait behind them.
 *
 * @param oldest time of the oldest marker, ms
 */
export function stretchesAt(now: number, oldest: number): string[] {
  const next = Math.floor(now / stretchMs) + 1;
  const first = Math.max(Math.floor(oldest / stretchMs), firstStretch(now));
  const minute = Math.floor(now / minuteMs) % minutesAnHour;
  const all = Array.from({ length: Math.max(0, next - first + 1) }, (_, back) => next - back);
  return all.filter((stretch, back) => back < newest || stretch % minutesAnHour === minute).map(String);
}

async function* markersDue(now: number, store: Ports['store'], signal: AbortSignal): AsyncGenerator<ListedObject> {
  const oldest = await oldestPending(store, signal);
  if (oldest === null) return;
  yield* markersBefore(firstStretch(now) * stretchMs, store, signal);
  for (const stretch of stretchesAt(now, oldest)) yield* store.list(`${keys.pendingDeliveries}${stretch}`, signal);
}

/** Of scans that had ended long before somebody asked to be called: few, and the first in the order of their names. */
async function* markersBefore(ms: number, store: Ports['store'], signal: AbortSignal): AsyncGenerator<ListedObject> {
  for await (const marker of store.list(keys.pendingDeliveries, signal)) {
    const [, happened] = markerPattern.exec(marker.key) ?? [];
    if (happened !== undefined && Number(happened) >= ms) return;
    yield marker;
  }
}

/**
 * Gives deliveries that have not ended their job back, where a crash or a Redis that lost its data took it: within a minute
 * those of the last hour, within an hour those of before. A dead letter is left for its operator. @returns how many
 */
export async function sweepDeliveries(parts: SweepParts, signal: AbortSignal, now = Date.now()): Promise<number> {
  let redriven = 0;
  await inLanes(
    markersDue(now, parts.store, signal),
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
      const [receiver = '', file = ''] = key.slice('deliveries/'.length).split('/');
      const delivery = file.slice(0, -'.json'.length);
      if (!isOld(delivery, now)) continue;
      // Asked for again, and on its way: its end is still to be written down.
      if (await store.stat(keys.pendingDelivery(receiver, delivery), signal)) continue;
      // Of an event of long ago that was sent not so long ago.
      const written = await store.stat(key, signal);
      if (written && now - written.modifiedAt.getTime() < deliveriesKeptMs) continue;
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
