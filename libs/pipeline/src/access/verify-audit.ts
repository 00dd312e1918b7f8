import { AuditEntry } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';
import { parseJson } from '../stored';
import { hashOfEntry, noEntry } from './audit-log';

export interface AuditReport {
  entries: number;
  /** Keep it elsewhere: a log whose end was cut off still holds together. Null for an empty log. */
  head: { sequence: number; hash: string } | null;
  /** What does not hold, in the order of the log. */
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
  let previous = noEntry;
  let next = 1;
  let seen = known === null;
  for await (const { key } of store.list(keys.audit, signal)) {
    const sequence = Number(key.slice(keys.audit.length, -'.json'.length));
    const body = await store.get(key, signal);
    const entry = AuditEntry.safeParse(body && parseJson(body)).data;
    report.entries += 1;
    for (; next < sequence; next += 1) report.faults.push({ sequence: next, fault: 'missing' });
    next = sequence + 1;
    if (!entry) {
      report.faults.push({ sequence, fault: 'unreadable' });
      continue;
    }
    if (hashOfEntry(entry) !== entry.hash) report.faults.push({ sequence, fault: 'altered' });
    if (entry.sequence !== sequence || entry.previous !== previous)
      report.faults.push({ sequence, fault: 'out_of_order' });
    if (known?.sequence === sequence) seen = entry.hash === known.hash;
    previous = entry.hash;
    report.head = { sequence, hash: entry.hash };
  }
  if (!seen && known) report.faults.push({ sequence: known.sequence, fault: 'not_the_known_one' });
  return report;
}
