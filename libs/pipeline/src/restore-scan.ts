import { type ScanId, ScanRecord } from '@assay/contracts';
import { keys } from './keys';
import type { Ports } from './ports';
import { readDerived } from './stored';

/** Brings what the index says of a scan to what the store says, where the store knows better. A record that is damaged is left out. */
export async function restoreScan(
  scan: ScanId,
  { store, index }: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
): Promise<void> {
  const record = await readDerived(store, keys.record(scan), ScanRecord, signal);
  if (!record) return;
  await index.restore(record);
  // Deletion removes the record first and the index entry later: nothing comes back.
  if (!(await store.stat(keys.record(scan), signal))) await index.delete(scan, record);
}
