import type { MediaId } from '@assay/contracts';
import type { EventLog, ObjectStore } from '@assay/storage';
import { z } from 'zod';
import { readDecisionEvents } from '../events/read-events';
import { forgetEvents } from '../keeping/forget';
import type { Item } from '../keeping/item';
import { keys } from '../keys';
import type { ScanQueues } from '../open-queues';
import type { Ports } from '../ports';
import { readDerived, writeStored } from '../stored';
import { mediaEntryId } from './known-entry';
import { knownKeys } from './known-keys';
import { goneNameOf, RevisitMarker, revisitsOf } from './revisit-marker';

/**
 * Forgets what is known of media that is being deleted, decisions with it. Verdicts of other media that speak of it are
 * revised by the next sweep: until then a marker holds their ids. May be begun again after it was cut off.
 */
export async function forgetMedia(
  item: Item,
  ports: Pick<Ports, 'store' | 'known'> & { events?: Pick<EventLog, 'remove'> },
  queues: ScanQueues | null,
  signal: AbortSignal,
): Promise<void> {
  const { tenant, media } = item;
  const { store, known } = ports;
  const heirs: string[] = [];
  const prefix = knownKeys.heirs(tenant, media);
  for await (const { key } of store.list(prefix, signal)) heirs.push(key.slice(prefix.length));
  if (heirs.length > 0) {
    const marker = knownKeys.revisit(goneNameOf(tenant, media));
    // Some of them may be gone already, when this is begun again.
    const before = (await readDerived(store, marker, RevisitMarker, signal))?.heirs ?? [];
    const all = [...new Set([...before, ...heirs])];
    await writeStored(store, marker, { heirs: all }, { ifAbsent: false }, signal);
  }
  // What decisions would still have to be drawn from is in that marker.
  for await (const { key } of store.list(knownKeys.revisit(revisitsOf(tenant, media)), signal)) {
    if (key !== knownKeys.revisit(goneNameOf(tenant, media))) await store.delete(key, signal);
  }
  const told = await readDecisionEvents(item, ports, signal);
  await forgetEvents(tenant, told, ports, queues, signal);
  // One by one: another tenant's decisions on the same bytes lie beside them.
  for (const { id } of told) {
    await store.delete(keys.outboxEntry(id), signal);
    await store.delete(knownKeys.event(media, id), signal);
  }
  // Again: what was being told until its event was gone was written down after the first time.
  await forgetEvents(tenant, told, ports, queues, signal);
  await known?.remove(tenant, mediaEntryId(media));
  await store.deletePrefix(knownKeys.media(tenant, media), signal);
}

/** Forgets what a scan that is being deleted had noted with other media. */
export async function forgetHeir(scan: string, store: ObjectStore, signal: AbortSignal): Promise<void> {
  const notes = await readDerived(store, knownKeys.heirNotes(scan), HeirNotes, signal);
  for (const key of notes?.keys ?? []) await store.delete(key, signal);
}

/** Takes what is gone out of what a scan had noted. */
export async function forgetSource(
  scan: string,
  media: MediaId,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  const notes = await readDerived(store, knownKeys.heirNotes(scan), HeirNotes, signal);
  const left = notes?.keys.filter((key) => !key.includes(media)) ?? [];
  if (!notes || left.length === notes.keys.length) return;
  if (left.length === 0) return store.delete(knownKeys.heirNotes(scan), signal);
  await writeStored(store, knownKeys.heirNotes(scan), { keys: left }, { ifAbsent: false }, signal);
}

/** Where a scan has noted that its verdict speaks of something. */
export const HeirNotes = z.object({ keys: z.array(z.string()) });
