import { isOpenScan, type ScanId, ScanRecord } from '@assay/contracts';
import { finishCancel } from './cancel-scan';
import { PermanentError, ScanGoneError } from './errors';
import { failScan } from './fail-scan';
import { addPlanJob, isLive, removeScanJobs, stateOf } from './flows';
import { inLanes } from './in-lanes';
import { isOlder } from './is-older';
import { keys } from './keys';
import { listInTurns } from './list-in-turns';
import type { ScanQueues } from './open-queues';
import type { Ports } from './ports';
import { readStored } from './stored';

/** A marker without a record belongs to a submit that died between the two writes, once it is older than this, ms. */
const orphanMarkerAgeMs = 3_600_000;
/** Each costs three questions to Redis, and rarely one to the store. */
const lanes = 32;

type Done = 'redriven' | 'failed';

/**
 * Gives unfinished scans whose job is lost a new one. There are as many of them as scans that wait: each is looked up in Redis first, side
 * by side with others, and each sweep begins with another sixteenth, so that one that is cut off at its deadline leaves others
 * out than the one before.
 */
export async function sweepOpenScans(
  ports: Ports,
  queues: ScanQueues,
  signal: AbortSignal,
  now = Date.now(),
): Promise<Record<Done, number>> {
  const report = { redriven: 0, failed: 0 };
  const sweepOne = async ({ key }: { key: string }, stop: AbortSignal): Promise<void> => {
    const scan = key.slice(keys.openScans.length);
    try {
      const done = await sweepScan(scan, ports, queues, stop);
      if (done) report[done] += 1;
    } catch (error) {
      stop.throwIfAborted();
      // One scan that cannot be helped must not keep the others waiting.
      if (!(error instanceof ScanGoneError)) ports.log.error({ scan, err: error }, 'sweeping a scan failed');
    }
  };
  await inLanes(listInTurns([keys.openScan('sc_')], ports, signal, now), lanes, sweepOne, signal);
  return report;
}

async function sweepScan(scan: ScanId, ports: Ports, queues: ScanQueues, signal: AbortSignal): Promise<Done | null> {
  const known = await ports.index.get(scan);
  if (known && isOpenScan(known) && (await hasLiveJob(queues, known))) return null;
  const record = await readStored(ports.store, keys.record(scan), ScanRecord, signal);
  if (!record) {
    if (await isOlder(keys.openScan(scan), orphanMarkerAgeMs, ports, signal)) {
      await ports.store.delete(keys.openScan(scan), signal);
    }
    return null;
  }
  // Rebuilds an index that was lost, or lost its last write: the end of the run before must not be taken for one of this run.
  await ports.index.restore(record);
  const indexed = await ports.index.get(scan);
  if (record.state === 'cancelled' || indexed?.state === 'cancelled') {
    await finishCancel(indexed ?? record, ports, queues, signal);
    return null;
  }
  if (await hasLiveJob(queues, record)) return null;
  // Judged, and given up while that was published: planning publishes it.
  if (await ports.store.stat(keys.verdict(scan), signal)) {
    await removeScanJobs(queues, record);
    await addPlanJob(queues, record);
    return 'redriven';
  }
  for (const stage of ['plan', 'judge'] as const) {
    if ((await stateOf(queues, stage, record)) !== 'failed') continue;
    await failScan(scan, new PermanentError(`The stage ${stage} failed in all of its attempts.`), ports, signal);
    return 'failed';
  }
  await addPlanJob(queues, record);
  return 'redriven';
}

async function hasLiveJob(queues: ScanQueues, record: ScanRecord): Promise<boolean> {
  return (await isLive(queues, 'judge', record)) || isLive(queues, 'plan', record);
}
