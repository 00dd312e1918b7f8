import { type Policy, Policy as PolicySchema, ScanId, ScanRecord } from '@assay/contracts';
import type { ModelSet } from '@assay/forensics';
import { ScanCancelledError, ScanGoneError } from './errors';
import { keys } from './keys';
import { laterRun } from './later-run';
import type { Ports } from './ports';
import { readStored, writeStored } from './stored';

export interface LoadedScan {
  record: ScanRecord;
  /** As it was when the scan was asked for, whatever the configuration says now. */
  policy: Policy;
  /** Those that the scan was asked for, whatever is live now. */
  models: ModelSet;
}

/**
 * @throws ScanGoneError when the scan or its media was deleted
 * @throws ScanCancelledError when the scan was cancelled
 * @throws ModelSetMissingError when this process cannot run the models that the scan was asked for
 */
export async function loadScan(scan: ScanId, ports: Ports, signal: AbortSignal): Promise<LoadedScan> {
  const [record, policy] = await Promise.all([
    loadRecord(scan, ports, signal),
    readStored(ports.store, keys.policy(scan), PolicySchema, signal),
  ]);
  if (!policy) throw new ScanGoneError(scan);
  await assertMediaExists(record, ports, signal);
  if (record.state === 'cancelled') throw new ScanCancelledError(scan);
  return { record, policy, models: await ports.modelSets.models(record.modelSet, signal) };
}

/** The index is fresh, the store is the truth: what the index lost is still found. @returns null when there is no such scan */
export async function findScan(
  scan: ScanId,
  { store, index }: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
): Promise<ScanRecord | null> {
  return (await index.get(scan)) ?? readStored(store, keys.record(scan), ScanRecord, signal);
}

/** @throws ScanGoneError when the scan was deleted */
export async function loadRecord(scan: ScanId, ports: Pick<Ports, 'store'>, signal: AbortSignal): Promise<ScanRecord> {
  const record = await readStored(ports.store, keys.record(scan), ScanRecord, signal);
  if (!record) throw new ScanGoneError(scan);
  return record;
}

/**
 * Deletion removes the media record first and what is derived second, so a writer that looks after its write either
 * finds the record, or removes what it has just written: deleted data does not come back.
 */
export async function assertMediaExists(
  record: ScanRecord,
  ports: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
): Promise<void> {
  if (await ports.store.stat(keys.mediaRecord(record.media, record.tenant), signal)) return;
  await ports.store.deletePrefix(keys.scan(record.id), signal);
  await ports.store.delete(keys.openScan(record.id), signal);
  await ports.store.delete(keys.mediaScan(record.media, record.tenant, record.id), signal);
  await ports.index.delete(record.id, record);
  throw new ScanGoneError(record.id);
}

/** For one question and what it leads to, when the work's own signal is aborted already, ms. */
export const tidyUpMs = 10_000;

/**
 * Does work that writes about a scan, and looks once, behind all of it, whether the media is still there: also behind work that failed or
 * was aborted, as a deletion aborts what it meets, and what was written a moment before would come back.
 *
 * @throws ScanGoneError when the media was deleted: nothing that was written is left then; or what the work threw
 */
export async function leavingNothing<T>(
  record: ScanRecord,
  ports: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await assertMediaExists(record, ports, AbortSignal.timeout(tidyUpMs)).catch((why: unknown) => {
      // A store that does not answer now is asked again by whoever does the work again.
      if (why instanceof ScanGoneError) throw why;
    });
    throw error;
  }
  await assertMediaExists(record, ports, signal);
  return result;
}

/** Takes the verdict of a cancelled scan away again. @throws ScanCancelledError always */
export async function withdrawVerdict(
  scan: ScanId,
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<never> {
  await store.delete(keys.verdict(scan), signal);
  await store.delete(keys.signature(scan), signal);
  throw new ScanCancelledError(scan);
}

/**
 * Ends a scan in index and store: done, failed or cancelled. Of several ends that meet, the index, whose updates are
 * atomic, lets one through; only that one is written to the store. A crash between the two is made good by the next try,
 * as the scan's marker is still there.
 *
 * @returns the record as it now is: of another state when another end came first, or the scan was started anew
 */
export async function endScan(
  record: ScanRecord,
  ports: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
): Promise<ScanRecord> {
  // A run that was started since is not ended by what ended the one before; a verdict ends the scan, whichever run it is of.
  const later = record.state === 'done' ? null : await laterRun(record, ports);
  if (later) return later;
  const created = (await ports.index.create(record)) === 'created';
  const winner = created ? record : await ports.index.update(record.id, record);
  if (winner && winner.state !== record.state) return winner;
  await writeStored(ports.store, keys.record(record.id), record, { ifAbsent: false }, signal);
  await assertMediaExists(record, ports, signal);
  return record;
}
