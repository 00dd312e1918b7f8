import { isOpenScan, ScanRecord } from '@assay/contracts';
import { keys } from './keys';
import type { Ports } from './ports';
import { readStored, writeStored } from './stored';

/** How many times a scan was started anew. */
export const runOf = ({ restarts }: Pick<ScanRecord, 'restarts'>): number => restarts ?? 0;

/** What is known of a scan: by the index, which is fresh, unless it has lost that the scan was started anew. */
export const latestOf = (indexed: ScanRecord | null, stored: ScanRecord): ScanRecord =>
  indexed && runOf(indexed) >= runOf(stored) ? indexed : stored;

/** The run that was started behind this one; null when there is none. */
export async function laterRun(run: ScanRecord, { index }: Pick<Ports, 'index'>): Promise<ScanRecord | null> {
  const now = await index.get(run.id);
  return now && runOf(now) > runOf(run) ? now : null;
}

/**
 * Takes away the marker of a run that has ended. A scan whose end shows can be asked for again while what ended it goes on writing: who ends
 * a run and who starts the next one both look behind their writes, the end for a new run in the index, the start for what an end
 * took of it in the store. One of the two finds the other, and the new run has its record and its marker back.
 *
 * @returns the run that was started since; null when there is none
 */
export async function closeRun(
  ended: ScanRecord,
  ports: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
): Promise<ScanRecord | null> {
  if (!(await laterRun(ended, ports))) await ports.store.delete(keys.openScan(ended.id), signal);
  const later = await laterRun(ended, ports);
  if (later) await keepRun(later, ports, signal);
  return later;
}

/** Writes a run down again where an earlier one was written over it. */
export async function keepRun(run: ScanRecord, { store }: Pick<Ports, 'store'>, signal: AbortSignal): Promise<void> {
  const stored = await readStored(store, keys.record(run.id), ScanRecord, signal);
  if (stored && runOf(stored) < runOf(run))
    await writeStored(store, keys.record(run.id), run, { ifAbsent: false }, signal);
  // Of one that ends just now the sweeper takes it away again.
  if (isOpenScan(run)) await writeStored(store, keys.openScan(run.id), {}, { ifAbsent: false }, signal);
}
