import type { ScanHistory, ScanRecord } from '@assay/contracts';
import { scansOf } from './delete-media';
import type { Ports } from './ports';
import { findScan } from './scan-state';

/** What each model set said of the same media of the same tenant under the same policy and frames, the oldest first. */
export async function readScanHistory(
  scan: ScanRecord,
  ports: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
): Promise<ScanHistory> {
  const scans: ScanRecord[] = [];
  for (const id of await scansOf(scan, ports, signal)) {
    const other = await findScan(id, ports, signal);
    if (other?.policy === scan.policy && other.frameBudget === scan.frameBudget) scans.push(other);
  }
  return { scan: scan.id, scans: scans.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)) };
}
