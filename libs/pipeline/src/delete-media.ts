import type { ScanId, TenantId } from '@assay/contracts';
import type { EventLog, IdempotencyStore } from '@assay/storage';
import { MediaHeldError, StoredDocumentError } from './errors';
import { readEvents } from './events/read-events';
import { removeScanJobs } from './flows';
import { forgetEvents, forgetMentions } from './keeping/forget';
import { holdsOn } from './keeping/holds';
import type { Item } from './keeping/item';
import { detachSubjects } from './keeping/subjects';
import { keys } from './keys';
import { forgetHeir, forgetMedia } from './known/forget-media';
import { removeUnreferenced } from './media-references';
import { removeShadows } from './model-sets/shadow';
import type { ScanQueues } from './open-queues';
import type { Ports } from './ports';
import { eventOf } from './progress';
import { findScan } from './scan-state';
import { callbackIds } from './webhooks/callback-records';

/** Where an item has left something; what a process does not have is left out. */
export interface DeletePorts extends Pick<Ports, 'store' | 'index' | 'known'> {
  /** The feed of events. */
  events?: Pick<EventLog, 'remove' | 'expire'>;
  /** Answers that are kept for those who ask again. */
  answers?: Pick<IdempotencyStore, 'forget'>;
}

/**
 * Removes a tenant's media and everything derived from it: records, verdicts, evidence, events with their deliveries, index
 * entries, jobs, what queues and kept answers tell of it; and the bytes, unless another tenant has the same.
 *
 * The media record goes first. Whoever works on the media looks for it after each write, so that a look that is just
 * finishing does not bring anything back; and a deletion that was cut off is finished by asking again, or by the sweeper,
 * as the back-references go last.
 *
 * @param queues null where there are none (`assay scan`)
 * @returns false when the tenant has no such media
 * @throws MediaHeldError when a hold covers it; nothing was deleted
 */
export async function deleteMedia(
  ports: DeletePorts,
  queues: ScanQueues | null,
  item: Item,
  signal: AbortSignal,
): Promise<boolean> {
  const { store } = ports;
  const { media, tenant } = item;
  const marker = keys.deletion(tenant, media);
  // Before holds are looked for, see `placeHold`.
  await store.put(marker, '', {}, signal);
  const holds = await holdsOn(item, store, signal);
  if (holds.length > 0) {
    await store.delete(marker, signal);
    throw new MediaHeldError(holds);
  }
  const existed = (await store.stat(keys.mediaRecord(media, tenant), signal)) !== null;
  await store.delete(keys.mediaRecord(media, tenant), signal);
  const scans = await scansOf(item, ports, signal);
  await forgetMedia(item, ports, queues, signal);
  for (const scan of scans) await deleteScan({ scan, tenant }, ports, queues, signal);
  await removeUploadNotes(item, ports, signal);
  await forgetMentions(tenant, { media, scans: [...scans] }, ports, queues);
  await removeUnreferenced(media, `deletion.${tenant}`, store, signal);
  await detachSubjects(item, store, signal);
  await store.deletePrefix(keys.mediaScans(media, tenant), signal);
  await store.delete(marker, signal);
  return existed || scans.size > 0;
}

/** Removes a scan with its verdict and all that was told of it; its media stays. */
export async function deleteScan(
  { scan, tenant }: { scan: ScanId; tenant: TenantId },
  ports: DeletePorts,
  queues: ScanQueues | null,
  signal: AbortSignal,
): Promise<void> {
  const { store, index } = ports;
  // One that is damaged must not keep the rest.
  const record = await findScan(scan, ports, signal).catch((error: unknown) => {
    if (error instanceof StoredDocumentError) return null;
    throw error;
  });
  if (record && queues) await removeScanJobs(queues, record);
  const events = await readEvents(scan, ports, signal);
  const callbacks = await callbackIds(scan, store, signal);
  await forgetEvents(tenant, events, ports, queues, signal, callbacks);
  await removeShadows(scan, ports, signal);
  await forgetHeir(scan, store, signal);
  await store.deletePrefix(keys.scan(scan), signal);
  await store.delete(keys.openScan(scan), signal);
  await store.deletePrefix(keys.outboxOf(scan), signal);
  // Again: what was being told until its event was gone was written down after the first time.
  await forgetEvents(tenant, events, ports, queues, signal, callbacks);
  await index.delete(scan, record ?? undefined);
  if (record) await index.publish(eventOf({ ...record, state: 'cancelled' }));
}

/** From the store and the index: neither alone is complete while a scan is being asked for. */
export async function scansOf(
  { media, tenant }: Item,
  { store, index }: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
): Promise<Set<ScanId>> {
  const scans = new Set(await index.scansOfMedia(media, tenant));
  const prefix = keys.mediaScans(media, tenant);
  for await (const { key } of store.list(prefix, signal)) scans.add(key.slice(prefix.length));
  return scans;
}

/** What is noted of resumable uploads that became this: the file's name, and what it became. */
async function removeUploadNotes(
  { media, tenant }: Item,
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<void> {
  const prefix = keys.mediaUploads(media, tenant);
  for await (const { key } of store.list(prefix, signal)) {
    await store.delete(keys.resumableOutcome(key.slice(prefix.length)), signal);
    await store.delete(key, signal);
  }
}
