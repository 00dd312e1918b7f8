import { isOpenScan, Plan, type ScanId, ScanRecord, type ToldNews } from '@assay/contracts';
import { StoredDocumentError } from './errors';
import { eventsKeptMs } from './events/outbox';
import { readEvents } from './events/read-events';
import { inLanes } from './in-lanes';
import { keys } from './keys';
import { reindexKnown } from './known/reindex-known';
import type { Ports } from './ports';
import { type ScanReference, scanReferences } from './scan-references';
import { readDerived, readStored } from './stored';

/** Small documents, mostly waiting for the store: against S3 sixteen at once hide its latency. */
const lanes = 16;

export interface ReindexReport {
  /** Scans that the object store knows. */
  scans: number;
  /** Were not in the index. */
  created: number;
  /** Were in the index in an older state. */
  replaced: number;
  /** The index had them, as fresh or fresher. */
  kept: number;
  /** Deleted media whose references are still to be removed; not brought back. */
  gone: number;
  /** Ids of scans whose record is damaged or of another version: nothing could be restored. */
  unreadable: ScanId[];
  /** Media and entries of lists that scans are compared with. */
  known: number;
}

/**
 * Rebuilds the index from the object store: every scan with its state, its short answer, how far it is, and its media; and
 * the feed of events, as far back as it goes.
 * Works beside a running fleet and may be run again at any time: what the index knows better stays as it is.
 *
 * @param onProgress called after each scan
 */
export async function reindex(
  ports: Pick<Ports, 'store' | 'index' | 'log' | 'outbox' | 'known'>,
  signal: AbortSignal,
  onProgress: (report: Readonly<ReindexReport>) => void = () => undefined,
): Promise<ReindexReport> {
  const report: ReindexReport = { scans: 0, created: 0, replaced: 0, kept: 0, gone: 0, unreadable: [], known: 0 };
  const recent: ToldNews[] = [];
  const restore = async (reference: ScanReference, stop: AbortSignal): Promise<void> => {
    const outcome = await restoreScan(reference, ports, stop);
    report.scans += 1;
    if (outcome === 'unreadable') report.unreadable.push(reference.scan);
    else report[outcome] += 1;
    if (ports.outbox) recent.push(...(await recentEvents(reference.scan, ports, stop)));
    onProgress(report);
  };
  await inLanes(scanReferences(ports, signal), lanes, restore, signal);
  const known = await reindexKnown(ports, signal);
  report.known = known.entries;
  recent.push(...known.events.filter(isRecent));
  await ports.outbox?.restore(recent);
  return report;
}

async function recentEvents(scan: ScanId, { store }: Pick<Ports, 'store'>, signal: AbortSignal): Promise<ToldNews[]> {
  return (await readEvents(scan, { store }, signal)).filter(isRecent);
}

const isRecent = ({ timestamp }: ToldNews): boolean => Date.parse(timestamp) > Date.now() - eventsKeptMs;

async function restoreScan(
  { media, tenant, scan }: ScanReference,
  { store, index, log }: Pick<Ports, 'store' | 'index' | 'log'>,
  signal: AbortSignal,
): Promise<'created' | 'replaced' | 'kept' | 'gone' | 'unreadable'> {
  let record: ScanRecord | null;
  try {
    record = await readStored(store, keys.record(scan), ScanRecord, signal);
  } catch (error) {
    if (!(error instanceof StoredDocumentError)) throw error;
    log.error({ scan, err: error }, 'a scan could not be restored');
    return 'unreadable';
  }
  if (!record) return 'gone';
  const outcome = await index.restore(record);
  if (isOpenScan(record)) await restoreProgress(record, { store, index }, signal);
  // Looked at after the write, as deletion removes this record first and the index entry later: nothing comes back.
  if (await store.stat(keys.mediaRecord(media, tenant), signal)) return outcome;
  await index.delete(scan);
  return 'gone';
}

/** The record in the store is written at turning points only; how far the looks are shows in what they left. */
async function restoreProgress(
  { id }: ScanRecord,
  { store, index }: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
): Promise<void> {
  const plan = await readDerived(store, keys.plan(id), Plan, signal);
  if (!plan) return;
  await index.update(id, { segments: plan.segments.length });
  for (const { index: segment } of plan.segments) {
    if (await store.stat(keys.segment(id, segment), signal)) await index.markSegmentDone(id, segment);
  }
}
