import {
  type Callback,
  type CallbackId,
  type CallbackSecret,
  type CallbackSecretShown,
  type Delivery,
  type DeliveryId,
  maxPageSize,
  type RotateSecret,
  type ScanCallback,
  ScanEventType,
  type ScanId,
  type ScanRecord,
  type TenantId,
} from '@assay/contracts';
import { type AddressSettings, assertMayPost } from '@assay/fetch-media';
import type { ObjectStore } from '@assay/storage';
import { CallbackError, WebhookError } from '../errors';
import { eventIdOf, eventKeyOf, eventTypeOf } from '../events/event-id';
import { readEvent } from '../events/read-events';
import { scanNewsOf } from '../events/scan-news';
import { keys } from '../keys';
import { runOf } from '../later-run';
import type { Ports } from '../ports';
import { assertMediaExists } from '../scan-state';
import { readStored, writeStored } from '../stored';
import { callbackIdOf, CallbackRecord, listCallbacks, wantsToHear } from './callback-records';
import { addDelivery, type DeliveryParts, readLog, sendAgain } from './deliveries';
import { callbackSecrets, describeSecrets, liveSecrets, renewSecret } from './secrets';
import { shownSecret } from './webhooks';

/** Of one scan. Each end of it calls all of them. */
const maxCallbacks = 10;

/**
 * What can be known to fail is refused before the scan is asked for.
 *
 * @throws FetchMediaError `not_allowed` for an address that nothing may be sent to
 * @throws CallbackError `no_secret`: nothing is ever sent that its receiver could not check
 */
export async function assertMayCall(
  tenant: TenantId,
  { url }: ScanCallback,
  store: ObjectStore,
  sending: AddressSettings,
  signal: AbortSignal,
): Promise<void> {
  await assertMayPost(url, sending, signal);
  if ((await liveSecrets(callbackSecrets(tenant), store, signal)).length === 0) throw new CallbackError('no_secret');
}

/**
 * Has somebody called when something becomes of the scan, or at once when it has. The record is written before the scan is
 * looked at: an end that comes meanwhile finds it.
 *
 * @throws CallbackError `too_many_callbacks`; ScanGoneError when the media was deleted meanwhile
 */
export async function addCallback(
  scan: ScanRecord,
  { url, events = [...ScanEventType.options] }: ScanCallback,
  parts: DeliveryParts & Pick<Ports, 'index'>,
  signal: AbortSignal,
): Promise<void> {
  const { store } = parts;
  const id = callbackIdOf(scan.id, url);
  const key = keys.callback(scan.id, id);
  const known = await readStored(store, key, CallbackRecord, signal);
  if (!known && (await listCallbacks(scan.id, store, signal)).length >= maxCallbacks) {
    throw new CallbackError('too_many_callbacks');
  }
  const record: CallbackRecord = {
    schema: 'assay.callback/1',
    id,
    scan: scan.id,
    url,
    events,
    run: runOf(scan),
    createdAt: known?.createdAt ?? new Date().toISOString(),
    ended: false,
  };
  // Before the callback, so that one that was cut off in between is called when it is asked for again.
  await writeDownOldEnd(scan, record, known, parts, signal);
  await writeStored(store, key, record, { ifAbsent: false }, signal);
  await assertMediaExists(scan, parts, signal);
  const now = (await parts.index.get(scan.id)) ?? scan;
  const type = eventTypeOf(now);
  // Its end may have been told before: who tells of an end that comes from now on finds the record.
  const news = type && (await readEvent(eventIdOf(now, type), parts, signal));
  if (news && wantsToHear(record, news)) await addDelivery(scan.tenant, id, news, parts, signal, url);
}

/**
 * Writes the end of a scan down again where its event was kept for as long as it is to be: for this callback alone, and no
 * feed or webhook. One that has heard of that end already is not called again.
 */
async function writeDownOldEnd(
  scan: ScanRecord,
  callback: CallbackRecord,
  before: CallbackRecord | null,
  parts: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
): Promise<void> {
  const news = scanNewsOf((await parts.index.get(scan.id)) ?? scan);
  const key = news && eventKeyOf(news.id);
  if (!news || key === null || !wantsToHear(callback, news)) return;
  if (before && wantsToHear({ ...before, ended: false }, news)) return;
  await writeStored(parts.store, key, news, { ifAbsent: true }, signal);
}

/** The callbacks of a scan with their calls, the oldest callback first. */
export async function listCallbackLogs(scan: ScanId, store: ObjectStore, signal: AbortSignal): Promise<Callback[]> {
  const records = await listCallbacks(scan, store, signal);
  const logs = records.map(async ({ id, url, events, createdAt }) => {
    const { deliveries } = await readLog(id, { limit: maxPageSize }, store, signal);
    return { id, scan, url, events, createdAt, deliveries };
  });
  return (await Promise.all(logs)).sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

/** As `replayDelivery`. @throws WebhookError `unknown_delivery` */
export async function replayCallback(
  { scan, callback, delivery }: { scan: ScanId; callback: CallbackId; delivery: DeliveryId },
  parts: DeliveryParts,
  signal: AbortSignal,
): Promise<Delivery> {
  if (!(await parts.store.stat(keys.callback(scan, callback), signal))) throw new WebhookError('unknown_delivery');
  return sendAgain(callback, delivery, parts, signal);
}

/** What signs the callbacks of a tenant now. */
export async function describeCallbackSecret(
  tenant: TenantId,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<CallbackSecret> {
  return { secrets: describeSecrets(await liveSecrets(callbackSecrets(tenant), store, signal)) };
}

export async function rotateCallbackSecret(
  tenant: TenantId,
  rotation: RotateSecret,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<CallbackSecretShown> {
  const secret = await renewSecret(callbackSecrets(tenant), rotation, store, signal);
  return { ...(await describeCallbackSecret(tenant, store, signal)), secret: shownSecret(secret) };
}
