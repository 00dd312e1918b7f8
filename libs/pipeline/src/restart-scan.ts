import type { ScanRecord } from '@assay/contracts';
import { addPlanJob, removeScanJobs } from './flows';
import { keys } from './keys';
import type { ScanQueues } from './open-queues';
import type { Ports } from './ports';
import { eventOf } from './progress';
import { writeStored } from './stored';

/**
 * Starts a scan that ended without a verdict anew, with fresh attempts. What its stages left in the store is used and not
 * computed again.
 */
export async function restartScan(
  ended: ScanRecord,
  { store, index }: Pick<Ports, 'store' | 'index'>,
  queues: ScanQueues,
  signal: AbortSignal,
): Promise<ScanRecord> {
  await removeScanJobs(queues, ended);
  const now = new Date().toISOString();
  const record: ScanRecord = { ...ended, state: 'queued', stage: 'intake', percent: 0, failure: null, updatedAt: now };
  await writeStored(store, keys.openScan(record.id), {}, { ifAbsent: false }, signal);
  await writeStored(store, keys.record(record.id), record, { ifAbsent: false }, signal);
  await index.delete(record.id);
  await index.create(record);
  await index.publish(eventOf(record));
  await addPlanJob(queues, record);
  return record;
}
