import { CallbackId, type Erasure, EventId, MediaId, RemovedCounts, ScanRecord, TenantId } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { z } from 'zod';
import { withSegments } from '../cancel-scan';
import { scansOf } from '../delete-media';
import { readDecisionEvents, readEvents } from '../events/read-events';
import { keys } from '../keys';
import { knownKeys } from '../known/known-keys';
import { tenantsOf } from '../media-references';
import type { Ports } from '../ports';
import { findScan } from '../scan-state';
import { readStored, writeStored } from '../stored';
import { callbackIds } from '../webhooks/callback-records';
import type { Item } from './item';

/**
 * What an erasure found of one item before it removed it: by this it is counted once, however often the work is begun
 * again, and late writers are looked for after everything else is gone.
 */
export const ErasureItem = z.object({
  schema: z.literal('assay.erasure-item/1'),
  media: MediaId,
  tenant: TenantId,
  foundAt: z.iso.datetime(),
  scans: z.array(ScanRecord),
  events: z.array(z.object({ id: EventId, timestamp: z.iso.datetime() })),
  /** Whom its scans were to call. */
  callbacks: z.array(CallbackId).default([]),
  counts: RemovedCounts,
});
export type ErasureItem = z.infer<typeof ErasureItem>;

export const noCounts = (): RemovedCounts => ({
  mediaItems: 0,
  scans: 0,
  verdicts: 0,
  evidence: 0,
  events: 0,
  objects: 0,
  bytes: 0,
});

export function addCounts(sum: RemovedCounts, more: RemovedCounts): void {
  for (const name of Object.keys(sum) as (keyof RemovedCounts)[]) sum[name] += more[name];
}

/** Looks at everything that there is of an item. */
export async function surveyItem(item: Item, ports: Pick<Ports, 'store' | 'index'>, signal: AbortSignal) {
  const { store } = ports;
  const counts = noCounts();
  const count = (bytes: number): void => {
    counts.objects += 1;
    counts.bytes += bytes;
  };
  const record = await store.stat(keys.mediaRecord(item.media, item.tenant), signal);
  if (record) {
    count(record.bytes);
    counts.mediaItems = 1;
  }
  // What another tenant has too stays.
  const tenants = await tenantsOf(item.media, store, signal);
  const file = tenants.every((tenant) => tenant === item.tenant) && (await store.stat(keys.media(item.media), signal));
  if (file) count(file.bytes);
  const scans: ScanRecord[] = [];
  const events: ErasureItem['events'] = [];
  const callbacks: ErasureItem['callbacks'] = [];
  for (const scan of await scansOf(item, ports, signal)) {
    const record = await findScan(scan, ports, signal);
    if (record) scans.push(await withSegments(record, ports, signal));
    events.push(...(await readEvents(scan, ports, signal)).map(({ id, timestamp }) => ({ id, timestamp })));
    callbacks.push(...(await callbackIds(scan, store, signal)));
    const [evidence, told, verdict] = [keys.evidence(scan, ''), keys.events(scan), keys.verdict(scan)];
    for await (const { key, bytes } of store.list(keys.scan(scan), signal)) {
      count(bytes);
      if (key.startsWith(evidence)) counts.evidence += 1;
      if (key.startsWith(told)) counts.events += 1;
      if (key === verdict) counts.verdicts += 1;
    }
  }
  counts.scans = scans.length;
  // What is known of it, and what was decided.
  for await (const { bytes } of store.list(knownKeys.media(item.tenant, item.media), signal)) count(bytes);
  for (const { id, timestamp } of await readDecisionEvents(item, ports, signal)) {
    events.push({ id, timestamp });
    counts.events += 1;
    const stat = await store.stat(knownKeys.event(item.media, id), signal);
    if (stat) count(stat.bytes);
  }
  return { scans, events, callbacks, counts };
}

/** Looks at the hash lists of a tenant. */
async function surveyLists(tenant: TenantId, store: ObjectStore, signal: AbortSignal): Promise<RemovedCounts> {
  const counts = noCounts();
  for await (const { bytes } of store.list(knownKeys.lists(tenant), signal)) {
    counts.objects += 1;
    counts.bytes += bytes;
  }
  return counts;
}

/** Of hash lists that were noted before, what was found then. */
export async function noteLists(
  { id, tenant }: Pick<Erasure, 'id' | 'tenant'>,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  const counts = await surveyLists(tenant, store, signal);
  await writeStored(store, keys.erasedLists(id), counts, { ifAbsent: true }, signal);
}

export async function notedLists(erasure: string, store: ObjectStore, signal: AbortSignal): Promise<RemovedCounts> {
  return (await readStored(store, keys.erasedLists(erasure), RemovedCounts, signal)) ?? noCounts();
}

/** Of an item that was noted before, what was found then. */
export async function noteItem(
  erasure: string,
  item: Item,
  ports: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
): Promise<ErasureItem> {
  const key = keys.erasureItem(erasure, item.media);
  const known = await readStored(ports.store, key, ErasureItem, signal);
  if (known) return known;
  const foundAt = new Date().toISOString();
  const survey = await surveyItem(item, ports, signal);
  const noted: ErasureItem = { schema: 'assay.erasure-item/1', ...item, foundAt, ...survey };
  await writeStored(ports.store, key, noted, { ifAbsent: true }, signal);
  return noted;
}

/** In order of media. */
export async function* notedItems(
  erasure: string,
  store: ObjectStore,
  signal: AbortSignal,
): AsyncGenerator<ErasureItem> {
  for await (const { key } of store.list(keys.erasureItems(erasure), signal)) {
    const item = await readStored(store, key, ErasureItem, signal);
    if (item) yield item;
  }
}
