import type { MediaId, ScanId, TenantId } from '@assay/contracts';
import { readEvents } from './events/read-events';
import { removeScanJobs } from './flows';
import { keys } from './keys';
import { removeUnreferenced } from './media-references';
import type { ScanQueues } from './open-queues';
import type { Ports } from './ports';
import { eventOf } from './progress';
import { findScan } from './scan-state';
import { removeDeliveries } from './webhooks/deliveries';

/**
 * Removes a tenant's media and everything derived from it: records, verdicts, evidence, events with their deliveries, index
 * entries, jobs; and the bytes, unless another tenant has the same.
 *
 * The media record goes first. Whoever works on the media looks for it after each write, so that a look that is just
 * finishing does not bring anything back; and a deletion that was cut off is finished by asking again, as the
 * back-references go last.
 *
 * @param queues null where there are none (`assay scan`)
 * @returns false when the tenant has no such media
 */
export async function deleteMedia(
  ports: Pick<Ports, 'store' | 'index'>,
  queues: ScanQueues | null,
  { media, tenant }: { media: MediaId; tenant: TenantId },
  signal: AbortSignal,
): Promise<boolean> {
  const { store, index } = ports;
  const existed = (await store.stat(keys.mediaRecord(media, tenant), signal)) !== null;
  await store.delete(keys.mediaRecord(media, tenant), signal);
  const scans = await scansOf(media, tenant, ports, signal);
  for (const scan of scans) {
    const record = await findScan(scan, ports, signal);
    if (record && queues) await removeScanJobs(queues, record);
    const events = await readEvents(scan, ports, signal);
    await removeDeliveries(events, { store, queues }, signal);
    await store.deletePrefix(keys.scan(scan), signal);
    await store.delete(keys.openScan(scan), signal);
    await store.deletePrefix(keys.outboxOf(scan), signal);
    // Again: what was being delivered until its event was gone was written down after the first time.
    await removeDeliveries(events, { store, queues }, signal);
    await index.delete(scan);
    if (record) await index.publish(eventOf({ ...record, state: 'cancelled' }));
  }
  await removeUnreferenced(media, store, signal);
  await store.deletePrefix(keys.mediaScans(media, tenant), signal);
  return existed || scans.size > 0;
}

/** From the store and the index: neither alone is complete while a scan is being asked for. */
async function scansOf(
  media: MediaId,
  tenant: TenantId,
  { store, index }: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
): Promise<Set<ScanId>> {
  const scans = new Set(await index.scansOfMedia(media, tenant));
  const prefix = keys.mediaScans(media, tenant);
  for await (const { key } of store.list(prefix, signal)) scans.add(key.slice(prefix.length));
  return scans;
}
