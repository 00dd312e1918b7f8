import { type AuditEntry, type AuditList, maxAuditPage, type TenantId } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { lastAuditPage, readAuditPage } from './audit-page';

/** A cursor is a page and how many of its entries, from the oldest on, were not given out yet. */
const cursorStep = 2 * maxAuditPage;
const cursorOf = (page: number, left: number): number => page * cursorStep + left;
/** Entries that one request looks at, so that a tenant who does little does not make it read the whole log; a page costs as much as some. */
const lookedAt = 10_000;
const costOfPage = 20;
/** Pages that are read at once: one at first, as it is mostly enough, and twice as many each time. */
const mostAtOnce = 16;

/**
 * The newest entries, or those behind a cursor.
 *
 * @param tenant null = all of them
 */
export async function listAudit(
  store: ObjectStore,
  tenant: TenantId | null,
  { limit, cursor }: { limit: number; cursor?: number | undefined },
  signal: AbortSignal,
): Promise<AuditList> {
  const from = cursor ?? cursorOf(await lastAuditPage(store, signal), maxAuditPage);
  let page = Math.floor(from / cursorStep);
  let left = from % cursorStep;
  let cost = 0;
  const found: AuditEntry[] = [];
  for (let atOnce = 1; page > 0 && cost < lookedAt; atOnce = Math.min(2 * atOnce, mostAtOnce)) {
    const numbers = Array.from({ length: Math.min(atOnce, page) }, (_, step) => page - step);
    for (const entries of await Promise.all(numbers.map((number) => readAuditPage(store, number, signal)))) {
      cost += costOfPage + entries.length;
      for (left = Math.min(left, entries.length); left > 0; left -= 1) {
        if (found.length === limit) return { entries: found, next: cursorOf(page, left) };
        const entry = entries[left - 1]!;
        if (tenant === null || entry.tenant === tenant) found.push(entry);
      }
      page -= 1;
      left = maxAuditPage;
      if (found.length === limit) return { entries: found, next: page > 0 ? cursorOf(page, left) : null };
    }
  }
  return { entries: found, next: page > 0 ? cursorOf(page, left) : null };
}
