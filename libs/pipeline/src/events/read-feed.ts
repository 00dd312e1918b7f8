import type { EventList, ListEvents, TenantId, ToldNews } from '@assay/contracts';
import type { EventLog } from '@assay/storage';
import type { Ports } from '../ports';
import { readEvent } from './read-events';

const msPerSecond = 1_000;

/**
 * A page of a tenant's feed. Events whose media was deleted are left out: a page may be shorter than the limit, or empty, before
 * the end.
 *
 * @param gone ends the wait
 * @throws ListCursorError | EventsExpiredError by `after`
 */
export async function readFeed(
  tenant: TenantId,
  { after, limit, wait }: ListEvents,
  { store, events }: Pick<Ports, 'store'> & { events: EventLog },
  gone: AbortSignal,
  signal: AbortSignal,
): Promise<EventList> {
  const page = await events.read({ tenant, after: after ?? null, limit, waitMs: wait * msPerSecond }, gone);
  const news = await Promise.all(page.ids.map((id) => readEvent(id, { store }, signal)));
  const kept = news.filter((one): one is ToldNews => one !== null);
  // Deleted since, or retention was quicker: it notes in the log what it takes, before it does, and then this refuses as well.
  if (kept.length < news.length && after !== undefined) {
    await events.read({ tenant, after, limit: 1, waitMs: 0 }, gone);
  }
  return { events: kept, next: page.next };
}
