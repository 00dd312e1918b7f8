import { Plan, type ScanId, ScanRecord } from '@assay/contracts';
import { ScanEndedError } from './errors';
import { addPlanJob, removeScanJobs } from './flows';
import { keys } from './keys';
import { closeRun, latestOf } from './later-run';
import type { ScanQueues } from './open-queues';
import type { Ports } from './ports';
import { eventOf } from './progress';
import { endScan } from './scan-state';
import { readDerived, readStored } from './stored';

type CancelPorts = Pick<Ports, 'store' | 'index' | 'outbox'>;

/**
 * Cancels a scan: what waits is taken out of the queues, what runs is stopped wherever it runs, and stages that come late
 * change nothing. Cancelling twice is fine. Asking for the scan again starts it anew.
 *
 * @returns null when there is no such scan
 * @throws ScanEndedError when it has its verdict, or failed, before
 */
export async function cancelScan(
  scan: ScanId,
  ports: CancelPorts,
  queues: ScanQueues,
  signal: AbortSignal,
): Promise<ScanRecord | null> {
  const stored = await readStored(ports.store, keys.record(scan), ScanRecord, signal);
  if (!stored) return null;
  const record = latestOf(await ports.index.get(scan), stored);
  if (record.state === 'failed' || record.state === 'done') throw new ScanEndedError(record.state);
  if (record.state === 'cancelled' && stored.state === 'cancelled') return record;
  // Judged already, and only not told yet.
  if (await ports.store.stat(keys.verdict(scan), signal)) throw new ScanEndedError('done');
  return finishCancel(record, ports, queues, signal);
}

/** Also what makes good a cancellation that was cut off. Running work hears of it first: the queues can wait. */
export async function finishCancel(
  record: ScanRecord,
  ports: CancelPorts,
  queues: ScanQueues,
  signal: AbortSignal,
): Promise<ScanRecord> {
  const cancelled: ScanRecord = { ...record, state: 'cancelled', failure: null, updatedAt: new Date().toISOString() };
  const ended = await endScan(cancelled, ports, signal);
  if (ended.state === 'done' || ended.state === 'failed') throw new ScanEndedError(ended.state);
  // Somebody has started it anew since it was asked to end.
  if (ended.state !== 'cancelled') return ended;
  await ports.index.publish(eventOf(cancelled));
  await removeScanJobs(queues, await withSegments(cancelled, ports, signal));
  await ports.outbox?.tell(cancelled, signal);
  // Last, so that the sweeper finds what was cut off.
  const later = await closeRun(cancelled, ports, signal);
  // Its job may have gone with those of the cancelled run.
  if (later) await addPlanJob(queues, later);
  return cancelled;
}

/** A scan that is cancelled while it is planned does not learn how many segments it has; its jobs are named by them. */
export async function withSegments(
  record: ScanRecord,
  { store }: CancelPorts,
  signal: AbortSignal,
): Promise<ScanRecord> {
  if (record.segments !== null) return record;
  const plan = await readDerived(store, keys.plan(record.id), Plan, signal);
  return { ...record, segments: plan?.segments.length ?? null };
}
