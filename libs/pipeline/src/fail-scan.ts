import type { ScanId, ScanRecord } from '@assay/contracts';
import { safeMessage } from './errors';
import { keys } from './keys';
import { closeRun, latestOf } from './later-run';
import type { Ports } from './ports';
import { eventOf } from './progress';
import { endScan, loadRecord } from './scan-state';

/**
 * Ends a scan that cannot go on, visibly: state `failed` with a reason that may be shown. Asking for it again starts it
 * anew. A scan that has its verdict, or was cancelled, stays as it is.
 */
export async function failScan(
  scan: ScanId,
  error: unknown,
  ports: Pick<Ports, 'store' | 'index' | 'log' | 'outbox'>,
  signal: AbortSignal,
): Promise<ScanRecord | null> {
  if (await ports.store.stat(keys.verdict(scan), signal)) return null;
  const stored = await loadRecord(scan, ports, signal);
  if (stored.state === 'cancelled') return null;
  const indexed = await ports.index.get(scan);
  const failed: ScanRecord = {
    ...latestOf(indexed, stored),
    state: 'failed',
    failure: safeMessage(error),
    updatedAt: new Date().toISOString(),
  };
  if ((await endScan(failed, ports, signal)).state !== 'failed') return null;
  await ports.outbox?.tell(failed, signal);
  await ports.index.publish(eventOf(failed));
  await closeRun(failed, ports, signal);
  ports.log.error({ scan, err: error }, 'scan failed');
  return failed;
}
