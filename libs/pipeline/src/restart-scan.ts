import { setTimeout as sleep } from 'node:timers/promises';
import type { Lane, ScanRecord } from '@assay/contracts';
import { withSegments } from './cancel-scan';
import { ScanStoppingError } from './errors';
import { addPlanJob, flowOf, hasJobs, removeScanJobs } from './flows';
import { keys } from './keys';
import { isMoreUrgent } from './lanes/is-more-urgent';
import { keepRun, runOf } from './later-run';
import type { ScanQueues } from './open-queues';
import type { Ports } from './ports';
import { eventOf } from './progress';
import { writeStored } from './stored';

/** A look that is told to stop ends within a second or two; a caller waits no longer than this, ms. */
const stopWithinMs = 10_000;
const pauseMs = 100;

/**
 * Starts a scan that ended without a verdict anew, with fresh attempts. What its stages left in the store is used and not
 * computed again.
 *
 * @param wanted how urgent it is now: moves the new run up where that is more urgent than the scan was, and never down
 * @throws ScanStoppingError when a worker still holds a job of the earlier run
 */
export async function restartScan(
  ended: ScanRecord,
  { store, index }: Pick<Ports, 'store' | 'index'>,
  queues: ScanQueues,
  signal: AbortSignal,
  wanted?: Lane,
): Promise<ScanRecord> {
  const restarted = await untilNoJobs(await withSegments(ended, { store, index }, signal), index, queues, signal);
  if (restarted) return restarted;
  const now = new Date().toISOString();
  const record: ScanRecord = {
    ...ended,
    ...(wanted !== undefined && isMoreUrgent(wanted, flowOf(ended).lane) ? { priority: wanted } : {}),
    state: 'queued',
    stage: 'intake',
    percent: 0,
    segmentsDone: 0,
    failure: null,
    restarts: runOf(ended) + 1,
    updatedAt: now,
  };
  await writeStored(store, keys.openScan(record.id), {}, { ifAbsent: false }, signal);
  await writeStored(store, keys.record(record.id), record, { ifAbsent: false }, signal);
  await index.delete(record.id);
  // Over the run before, where whoever still ends or restores that one has just brought it back.
  await index.restore(record);
  await keepRun(record, { store }, signal);
  await index.publish(eventOf(record));
  await addPlanJob(queues, record);
  return record;
}

/**
 * Jobs that run are locked and stay. One that ends after the restart would count as a part of the new run, which would
 * then be judged without it.
 *
 * @returns the scan as another caller has restarted it meanwhile: its jobs must be left alone
 */
async function untilNoJobs(
  scan: ScanRecord,
  index: Ports['index'],
  queues: ScanQueues,
  signal: AbortSignal,
): Promise<ScanRecord | null> {
  for (const giveUpAt = Date.now() + stopWithinMs; ; await sleep(pauseMs, undefined, { signal })) {
    const now = await index.get(scan.id);
    if (now && now.state !== scan.state) return now;
    await removeScanJobs(queues, scan);
    if (!(await hasJobs(queues, scan))) return null;
    if (Date.now() >= giveUpAt) throw new ScanStoppingError();
  }
}
