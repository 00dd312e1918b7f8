import { ScanRecord } from '@assay/contracts';
import { StoredDocumentError } from '../errors';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { readStored } from '../stored';

/** @returns null where there is none, or it is damaged: it cannot be judged again, and must not keep the others from it */
export async function readRecord(
  scan: string,
  { store, log }: Pick<Ports, 'store' | 'log'>,
  signal: AbortSignal,
): Promise<ScanRecord | null> {
  try {
    return await readStored(store, keys.record(scan), ScanRecord, signal);
  } catch (error) {
    if (!(error instanceof StoredDocumentError)) throw error;
    log.warn({ scan, err: error }, 'a scan was left out of a re-scan');
    return null;
  }
}
