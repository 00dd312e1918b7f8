import type { ScanCallback, ScanId, ScanRecord } from '@assay/contracts';
import {
  addCallback,
  CallbackError,
  keys,
  type Ports,
  ScanGoneError,
  type ScanQueues,
  type ScanRequest,
  SubmitError,
  submitScan,
} from '@assay/pipeline';

type Parts = Ports & { queues: ScanQueues };

/**
 * Asks for the scan that an upload wanted, once it is media: what could be refused was, before its first byte.
 *
 * @returns null where the media item was deleted, or its file removed, meanwhile
 */
export async function scanTaken(
  wanted: ScanRequest,
  callback: ScanCallback | null,
  parts: Parts,
  signal: AbortSignal,
): Promise<ScanId | null> {
  if (!(await parts.store.stat(keys.mediaRecord(wanted.media, wanted.tenant), signal))) return null;
  const scan = await submit(wanted, parts, signal);
  if (!scan) return null;
  try {
    if (callback) await addCallback(scan, callback, parts, signal);
  } catch (error) {
    if (error instanceof ScanGoneError) return null;
    // The media is here and its scan asked for: it is too late to refuse.
    if (!(error instanceof CallbackError)) throw error;
    parts.log.warn({ scan: scan.id, tenant: scan.tenant, err: error }, 'a callback of an upload was not noted');
  }
  return scan.id;
}

/** @returns null where retention has taken the file since */
async function submit(wanted: ScanRequest, parts: Parts, signal: AbortSignal): Promise<ScanRecord | null> {
  try {
    return (await submitScan(parts, parts.queues, wanted, signal)).scan;
  } catch (error) {
    if (error instanceof SubmitError && error.code === 'file_removed') return null;
    throw error;
  }
}
