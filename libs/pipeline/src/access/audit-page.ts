import { createHash } from 'node:crypto';
import { AuditEntry, AuditPage } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';
import { canonicalJson } from '../signing/canonical-json';
import { readStored } from '../stored';

/** What the first entry follows. */
export const noEntry = '0'.repeat(64);

/** A page as it is stored, or one entry by itself, as logs were written before entries were gathered. */
export const StoredAuditPage = AuditPage.transform(({ entries }) => entries).or(
  AuditEntry.transform((entry) => [entry]),
);

/** Hex SHA-256 over everything but the hash itself. */
export function hashOfEntry(entry: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256')
    .update(canonicalJson({ ...entry, hash: undefined }))
    .digest('hex');
}

/** @returns its entries, oldest first; none where there is no such page */
export async function readAuditPage(
  store: ObjectStore,
  page: number,
  signal: AbortSignal,
): Promise<readonly AuditEntry[]> {
  return (await readStored(store, keys.auditPage(page), StoredAuditPage, signal)) ?? [];
}

/** Number of the newest page, 0 for an empty log: by doubling and halving, as they have no gaps and there may be millions of them. */
export async function lastAuditPage(store: ObjectStore, signal: AbortSignal): Promise<number> {
  const isThere = async (page: number) => (await store.stat(keys.auditPage(page), signal)) !== null;
  let [low, high] = [0, 1];
  while (await isThere(high)) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await isThere(middle)) low = middle;
    else high = middle;
  }
  return low;
}
