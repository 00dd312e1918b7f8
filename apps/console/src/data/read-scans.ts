import type { AssayClient, ScanFilter } from '@assay/client';
import type { ScanRecord } from '@assay/contracts';

export interface ReadScans {
  scans: ScanRecord[];
  /** Requests that it took. */
  looks: number;
  /** Whether there may be more behind them. */
  hasMore: boolean;
}

/** As many as the page shows; who wants others narrows the list. */
export const longestList = 100;

/**
 * The newest scans that fit.
 *
 * @param most scans, and requests: what is rare is not looked for through all that there is before anything is shown
 */
export async function readScans(
  client: AssayClient,
  filter: ScanFilter,
  most: { scans: number; looks: number },
  signal: AbortSignal,
): Promise<ReadScans> {
  const scans: ScanRecord[] = [];
  let next: string | null = null;
  let looks = 0;
  do {
    const page = { ...filter, limit: most.scans - scans.length, ...(next === null ? {} : { cursor: next }) };
    const answer = await client.listScans(page, signal);
    scans.push(...answer.scans);
    next = answer.next;
    looks += 1;
  } while (next !== null && scans.length < most.scans && looks < most.looks);
  return { scans, looks, hasMore: next !== null && scans.length < longestList };
}
