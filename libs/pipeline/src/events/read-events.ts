import { type EventId, type ScanId, ScanNews } from '@assay/contracts';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { readDerived, readStored } from '../stored';
import { scanOfEvent } from './event-id';

/** @returns null when it was deleted with its scan, or is none of a scan */
export async function readEvent(
  id: EventId,
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<ScanNews | null> {
  const scan = scanOfEvent(id);
  return scan === null ? null : readStored(store, keys.event(scan, id), ScanNews, signal);
}

/** All that was told of a scan. */
export async function readEvents(
  scan: ScanId,
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<ScanNews[]> {
  const events: ScanNews[] = [];
  for await (const { key } of store.list(keys.events(scan), signal)) {
    const event = await readDerived(store, key, ScanNews, signal);
    if (event) events.push(event);
  }
  return events;
}
