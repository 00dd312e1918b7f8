import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Delivery,
  type DeliveryId,
  type DeliveryList,
  DeliveryRecord,
  type ListDeliveries,
  type News,
  type TenantId,
  type ToldNews,
  type ReceiverId,
  type CallbackId,
  type WebhookId,
} from '@assay/contracts';
import { WebhookError } from '../errors';
import { liveStates } from '../flows';
import { keys } from '../keys';
import type { ScanQueues } from '../open-queues';
import type { Ports } from '../ports';
import { readDerived, readStored, writeStored } from '../stored';
import { deliveryIdOf } from './delivery-id';
import { type Receiver, receiverOf, receiverOfWebhook } from './receiver-gate';
import { msUntilDue } from './until-due';
import { getWebhook, webhookIds } from './webhooks';

export type DeliveryParts = Pick<Ports, 'store'> & { queues: Pick<ScanQueues, 'deliver'> };

const testIdBytes = 16;
/** A job whose last try is written down has a few steps left, or was a worker's that died: until its lock is given up, ms. */
const endsWithinMs = 25_000;
const pauseMs = 20;

/**
 * Puts an event on its way to a webhook, unless it is or was already. The marker is written before the record and the
 * record before the job: from whatever was cut off the sweeper goes on.
 *
 * @param url of a callback; webhooks have theirs written down, and it may change until the delivery has come
 */
export async function addDelivery(
  tenant: TenantId,
  webhook: ReceiverId,
  event: News,
  { store, queues }: DeliveryParts,
  signal: AbortSignal,
  url?: string,
): Promise<DeliveryRecord> {
  const id = deliveryIdOf(event);
  const known = await findDelivery(webhook, id, store, signal);
  if (known) return known;
  const record: DeliveryRecord = {
    schema: 'assay.delivery/1',
    id,
    tenant,
    webhook,
    eventId: event.id,
    type: event.type,
    state: 'pending',
    tries: 0,
    seriesBegan: 0,
    attempts: [],
    // Nothing of the moment: of two who write it at once, both write the same.
    nextAttemptAt: event.timestamp,
    happenedAt: event.timestamp,
    event,
    ...(url === undefined ? {} : { url }),
  };
  await writeStored(store, keys.pendingDelivery(webhook, id), {}, { ifAbsent: false }, signal);
  await writeStored(store, keys.delivery(webhook, id), record, { ifAbsent: true }, signal);
  await addDeliverJob(webhook, id, queues);
  return record;
}

/** @throws WebhookError `unknown_webhook` | `webhook_disabled` */
export async function sendTestEvent(
  tenant: TenantId,
  webhook: WebhookId,
  parts: DeliveryParts,
  signal: AbortSignal,
): Promise<Delivery> {
  if (!(await getWebhook(tenant, webhook, parts.store, signal)).enabled) throw new WebhookError('webhook_disabled');
  const id = `test_${randomBytes(testIdBytes).toString('hex')}`;
  const event: News = { id, type: 'webhook.test', timestamp: new Date().toISOString(), data: { webhook } };
  return described(await addDelivery(tenant, webhook, event, parts, signal));
}

/** Newest event first. @throws WebhookError `unknown_webhook` */
export async function listDeliveries(
  tenant: TenantId,
  webhook: WebhookId,
  { state, limit, cursor }: ListDeliveries,
  store: Ports['store'],
  signal: AbortSignal,
): Promise<DeliveryList> {
  await getWebhook(tenant, webhook, store, signal);
  return readLog(webhook, { state, limit, cursor }, store, signal);
}

/** The log of a webhook or callback, whoever asks. */
export async function readLog(
  webhook: ReceiverId,
  { state, limit, cursor }: ListDeliveries,
  store: Ports['store'],
  signal: AbortSignal,
): Promise<DeliveryList> {
  const deliveries: Delivery[] = [];
  const prefix = keys.deliveries(webhook);
  for await (const { key } of store.list(prefix, signal)) {
    const id = key.slice(prefix.length, -'.json'.length);
    if (cursor !== undefined && id <= cursor) continue;
    if (deliveries.length === limit) return { deliveries, next: deliveries.at(-1)?.id ?? null };
    const record = await findDelivery(webhook, id, store, signal);
    if (record && (state === undefined || record.state === state)) deliveries.push(described(record));
  }
  return { deliveries, next: null };
}

/** @throws WebhookError `unknown_webhook` | `unknown_delivery` */
export async function getDelivery(
  tenant: TenantId,
  webhook: WebhookId,
  delivery: DeliveryId,
  store: Ports['store'],
  signal: AbortSignal,
): Promise<Delivery> {
  await getWebhook(tenant, webhook, store, signal);
  const record = await findDelivery(webhook, delivery, store, signal);
  if (!record) throw new WebhookError('unknown_delivery');
  return described(record);
}

/**
 * Sends an event again, now, with all of its tries before it: one that was delivered, failed, or waits for its next try.
 * The receiver gets the same `webhook-id`.
 *
 * @throws WebhookError `unknown_webhook` | `unknown_delivery` | `webhook_disabled`
 */
export async function replayDelivery(
  tenant: TenantId,
  webhook: WebhookId,
  delivery: DeliveryId,
  { store, queues }: DeliveryParts,
  signal: AbortSignal,
): Promise<Delivery> {
  const { enabled } = await getWebhook(tenant, webhook, store, signal);
  if (!enabled && (await findDelivery(webhook, delivery, store, signal))) throw new WebhookError('webhook_disabled');
  return sendAgain(webhook, delivery, { store, queues }, signal);
}

/** As `replayDelivery`, for a webhook or callback that is known to be there. @throws WebhookError `unknown_delivery` */
export async function sendAgain(
  webhook: ReceiverId,
  delivery: DeliveryId,
  { store, queues }: DeliveryParts,
  signal: AbortSignal,
): Promise<Delivery> {
  const idle = await untilIdle(webhook, delivery, { store, queues }, signal);
  if ('sending' in idle) return described(idle.sending);
  const { record } = idle;
  const again: DeliveryRecord = {
    ...record,
    state: 'pending',
    seriesBegan: record.tries,
    nextAttemptAt: new Date().toISOString(),
  };
  await writeStored(store, keys.pendingDelivery(webhook, delivery), {}, { ifAbsent: false }, signal);
  await writeStored(store, keys.delivery(webhook, delivery), again, { ifAbsent: false }, signal);
  await addDeliverJob(webhook, delivery, queues);
  return described(again);
}

/**
 * Takes a delivery's job away. One that runs is locked and stays: where all that it had to send is sent, its end is waited for,
 * as a job under the same id that is added before would be taken for the same one.
 *
 * @returns the record as it is then, or as it is sent in this moment
 * @throws WebhookError `unknown_delivery`, also where it went away meanwhile
 */
async function untilIdle(
  webhook: ReceiverId,
  delivery: DeliveryId,
  { store, queues }: DeliveryParts,
  signal: AbortSignal,
): Promise<{ record: DeliveryRecord } | { sending: DeliveryRecord }> {
  for (const giveUpAt = Date.now() + endsWithinMs; ; await sleep(pauseMs, undefined, { signal })) {
    const job = await queues.deliver.getJob(deliverJobId(webhook, delivery));
    const removed = await job?.remove().then(
      () => true,
      () => false,
    );
    const record = await findDelivery(webhook, delivery, store, signal);
    if (!record) throw new WebhookError('unknown_delivery');
    if (removed ?? true) return { record };
    // A try that has failed is written down with the time of the next one.
    const isBeingSent = record.state === 'pending' && msUntilDue(record) === 0;
    if (isBeingSent || Date.now() >= giveUpAt) return { sending: record };
  }
}

/**
 * Deliveries of a scan's events, with their markers and jobs: they go with its media.
 *
 * @param callbacks of the scan, beside the webhooks of the tenant
 */
export async function removeDeliveries(
  tenant: TenantId,
  { events, callbacks }: { events: readonly Pick<ToldNews, 'id' | 'timestamp'>[]; callbacks: readonly CallbackId[] },
  { store, queues }: { store: Ports['store']; queues: Pick<ScanQueues, 'deliver' | 'receivers'> | null },
  signal: AbortSignal,
): Promise<void> {
  if (events.length === 0) return;
  for (const webhook of [...(await webhookIds(tenant, store, signal)), ...callbacks]) {
    for (const delivery of events.map(deliveryIdOf)) {
      const job = deliverJobId(webhook, delivery);
      await queues?.deliver.remove(job);
      const receiver = receiverOfWebhook(webhook) ?? (await receiverOfCallback(webhook, delivery, store, signal));
      if (receiver) await queues?.receivers.forget(job, receiver);
      await removeDelivery(webhook, delivery, store, signal);
    }
  }
}

async function receiverOfCallback(
  callback: ReceiverId,
  delivery: DeliveryId,
  store: Ports['store'],
  signal: AbortSignal,
): Promise<Receiver | null> {
  const record = await readDerived(store, keys.delivery(callback, delivery), DeliveryRecord, signal);
  return record && receiverOf(record);
}

export async function removeDelivery(
  webhook: ReceiverId,
  delivery: DeliveryId,
  store: Ports['store'],
  signal: AbortSignal,
): Promise<void> {
  await store.delete(keys.delivery(webhook, delivery), signal);
  await store.delete(keys.pendingDelivery(webhook, delivery), signal);
}

export function findDelivery(
  webhook: ReceiverId,
  delivery: DeliveryId,
  store: Ports['store'],
  signal: AbortSignal,
): Promise<DeliveryRecord | null> {
  return readStored(store, keys.delivery(webhook, delivery), DeliveryRecord, signal);
}

export async function addDeliverJob(
  webhook: ReceiverId,
  delivery: DeliveryId,
  queues: Pick<ScanQueues, 'deliver'>,
): Promise<void> {
  await queues.deliver.add('deliver', { v: 1, webhook, delivery }, { jobId: deliverJobId(webhook, delivery) });
}

export async function hasDeliverJob(
  webhook: ReceiverId,
  delivery: DeliveryId,
  queues: Pick<ScanQueues, 'deliver'>,
): Promise<'live' | 'dead' | 'none'> {
  const state = await queues.deliver.getJobState(deliverJobId(webhook, delivery));
  return liveStates.has(state) ? 'live' : state === 'failed' ? 'dead' : 'none';
}

/** One job over all tries of a delivery: added twice, it is one. */
export const deliverJobId = (webhook: ReceiverId, delivery: DeliveryId): string => `${webhook}-${delivery}`;

/** Without what is for the sender alone. */
function described({
  schema: _schema,
  tenant: _tenant,
  event: _event,
  url: _url,
  seriesBegan: _began,
  ...delivery
}: DeliveryRecord): Delivery {
  return delivery;
}
