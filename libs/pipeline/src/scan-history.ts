import { type ScanHistory, type ScanId, ScanRecord } from '@assay/contracts';
import { keys } from './keys';
import type { Ports } from './ports';
import { findScan } from './scan-state';

/**
 * What each model set said of the same media of the same tenant under the same policy, the oldest first.
 *
 * @returns null when there is no such scan
 */
export async function readScanHistory(
  id: ScanId,
  ports: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
): Promise<ScanHistory | null> {
  const scan = await findScan(id, ports, signal);
  if (!scan) return null;
  const prefix = keys.mediaScans(scan.media, scan.tenant);
  const scans: ScanRecord[] = [];
  for await (const { key } of ports.store.list(prefix, signal)) {
    const other = await findScan(key.slice(prefix.length), ports, signal);
    if (other?.policy === scan.policy) scans.push(other);
  }
  return { scan: id, scans: scans.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)) };
}
