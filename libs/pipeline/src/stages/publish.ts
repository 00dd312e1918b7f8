import type { ScanRecord, Verdict } from '@assay/contracts';
import { keys } from '../keys';
import { labelOf } from '../known/label-of';
import { remember } from '../known/remember';
import { settleScan } from '../known/settle-scan';
import type { Ports } from '../ports';
import { eventOf } from '../progress';
import { endScan, loadRecord, withdrawVerdict } from '../scan-state';

const lateDecision = 'A decision changed while the verdict was being published.';

/**
 * Makes a verdict known: signature, index, record, whoever is to be told. Safe to repeat; the marker of the open scan goes last, so
 * that the sweeper finds what was cut off.
 *
 * @throws ScanCancelledError when the scan was cancelled first: the verdict is taken away again
 */
export async function publish(verdict: Verdict, ports: Ports, signal: AbortSignal): Promise<ScanRecord> {
  const stored = await loadRecord(verdict.scan, ports, signal);
  if (stored.state === 'cancelled') return withdrawVerdict(verdict.scan, ports, signal);
  await ports.signer?.sign(verdict.scan, ports.store, signal);
  const [indexed, label] = await Promise.all([
    ports.index.get(verdict.scan),
    labelOf(stored, verdict.knownMedia, ports, signal),
  ]);
  const now = new Date().toISOString();
  const record: ScanRecord = {
    ...stored,
    state: 'done',
    stage: 'publish',
    percent: 100,
    segments: indexed?.segments ?? stored.segments,
    segmentsDone: indexed?.segmentsDone ?? stored.segmentsDone,
    verdict: verdict.verdict,
    probability: verdict.probability,
    rejection: verdict.rejection,
    failure: null,
    updatedAt: stored.state === 'done' ? stored.updatedAt : now,
    ...label,
  };
  if ((await endScan(record, ports, signal)).state === 'cancelled') return withdrawVerdict(verdict.scan, ports, signal);
  await ports.outbox?.tell(record, signal);
  await ports.index.publish(eventOf(record));
  await remember(record, verdict, ports, signal);
  // A decision that was made or taken back while the verdict was on its way.
  await settleScan(record.id, lateDecision, ports, signal, { lookAgain: false });
  await ports.store.delete(keys.openScan(record.id), signal);
  return record;
}
