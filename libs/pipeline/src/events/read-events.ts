import { type EventId, type MediaId, type ScanId, type TenantId, ToldNews } from '@assay/contracts';
import { keys } from '../keys';
import { knownKeys } from '../known/known-keys';
import type { Ports } from '../ports';
import { readDerived, readStored } from '../stored';
import { eventKeyOf } from './event-id';

/** @returns null when it was deleted with its scan or media, or is none of either */
export async function readEvent(
  id: EventId,
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<ToldNews | null> {
  const key = eventKeyOf(id);
  return key === null ? null : readStored(store, key, ToldNews, signal);
}

/** All that was told of a scan. */
export function readEvents(scan: ScanId, ports: Pick<Ports, 'store'>, signal: AbortSignal): Promise<ToldNews[]> {
  return eventsUnder(keys.events(scan), ports, signal);
}

/** All that was told of what a tenant decided on media. */
export async function readDecisionEvents(
  { tenant, media }: { tenant: TenantId; media: MediaId },
  ports: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<ToldNews[]> {
  const events = await eventsUnder(knownKeys.events(media), ports, signal);
  return events.filter(({ data }) => data.tenant === tenant);
}

async function eventsUnder(prefix: string, { store }: Pick<Ports, 'store'>, signal: AbortSignal): Promise<ToldNews[]> {
  const events: ToldNews[] = [];
  for await (const { key } of store.list(prefix, signal)) {
    const event = await readDerived(store, key, ToldNews, signal);
    if (event) events.push(event);
  }
  return events;
}
