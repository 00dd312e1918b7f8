import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';
import { parseJson } from '../stored';
import { hashOfEntry, noEntry, StoredAuditPage } from './audit-page';

/** A forged number must not make the list of what is missing endless. */
const mostMissing = 10_000;

export interface AuditReport {
  entries: number;
  /** Keep it elsewhere: a log whose end was cut off still holds together. Null for an empty log. */
  head: { sequence: number; hash: string } | null;
  /** What does not hold, by number; where a page cannot be read, at the first entry that it should have. */
  faults: { sequence: number; fault: 'altered' | 'missing' | 'out_of_order' | 'unreadable' | 'not_the_known_one' }[];
}

/**
 * Reads the whole log and says what was done to it: an entry whose hash is not its own (altered), a number that is not
 * there (missing), entries that do not follow each other (out of order), an end that is not the one known before.
 *
 * @param known number and hash of an entry that was seen before, from a report
 */
export async function verifyAudit(
  store: ObjectStore,
  known: { sequence: number; hash: string } | null,
  signal: AbortSignal,
): Promise<AuditReport> {
  const report: AuditReport = { entries: 0, head: null, faults: [] };
  /** Numbers that were passed over, and may yet come in the wrong place. */
  const missing = new Set<number>();
  let previous = noEntry;
  let next = 1;
  let seen = known === null;
  let afterUnreadable = false;
  for await (const { key } of store.list(keys.audit, signal)) {
    const body = await store.get(key, signal);
    const entries = StoredAuditPage.safeParse(body && parseJson(body)).data;
    if (!entries) report.faults.push({ sequence: next, fault: 'unreadable' });
    for (const entry of entries ?? []) {
      const { sequence } = entry;
      report.entries += 1;
      const last = Math.min(sequence, next + mostMissing);
      if (!afterUnreadable) for (let passed = next; passed < last; passed += 1) missing.add(passed);
      missing.delete(sequence);
      if (hashOfEntry(entry) !== entry.hash) report.faults.push({ sequence, fault: 'altered' });
      if (sequence !== next || entry.previous !== previous) report.faults.push({ sequence, fault: 'out_of_order' });
      if (known?.sequence === sequence) seen = entry.hash === known.hash;
      next = Math.max(next, sequence + 1);
      previous = entry.hash;
      report.head = { sequence, hash: entry.hash };
      afterUnreadable = false;
    }
    afterUnreadable ||= !entries;
  }
  for (const sequence of missing) report.faults.push({ sequence, fault: 'missing' });
  if (!seen && known) report.faults.push({ sequence: known.sequence, fault: 'not_the_known_one' });
  // What is missing before what it throws out of order.
  const rank = ({ fault }: AuditReport['faults'][number]): number => (fault === 'missing' ? 0 : 1);
  report.faults.sort((a, b) => a.sequence - b.sequence || rank(a) - rank(b));
  return report;
}
