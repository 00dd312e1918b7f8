import { type Retention, type ScanId, ScanRecord } from '@assay/contracts';
import { finishCancel } from './cancel-scan';
import { failScan } from './fail-scan';
import { addPlanJob, isLive, stateOf } from './flows';
import { keys } from './keys';
import { renumberJobs } from './lanes/renumber';
import type { ScanQueues } from './open-queues';
import type { Ports } from './ports';
import { revisitAll } from './known/revisit';
import { sweepRescans } from './rescans/rescans';
import { readStored } from './stored';
import { removeOldDeliveries, sweepDeliveries } from './webhooks/sweep-deliveries';
import { PermanentError, ScanGoneError } from './errors';
import { applyRetention, slicesAt } from './keeping/apply-retention';
import { sweepErasures } from './keeping/erasures';
import { keepForever } from './keeping/retention';
import { sweepDeletions } from './keeping/sweep-deletions';
import type { DeletePorts } from './delete-media';

const hourMs = 3_600_000;
/** An upload that has not ended by then never will. */
const uploadAgeMs = 24 * hourMs;
/** A marker without a record belongs to a submit that died between the two writes, once it is older than this, ms. */
const orphanMarkerAgeMs = hourMs;

export interface SweepReport {
  /** Scans whose job was missing and was added again. */
  redriven: number;
  /** Scans whose job is a dead letter and that are now marked as failed. */
  failed: number;
  uploadsRemoved: number;
  /** Deliveries to webhooks whose job was missing and was added again. */
  deliveriesRedriven: number;
  /** Of the logs of webhooks. */
  deliveriesRemoved: number;
  /** Verdicts that a decision on other media has changed. */
  verdictsRevised: number;
  /** Erasures that were given a job again. */
  erasuresRedriven: number;
  /** Deletions of media that were cut off, and now have ended. */
  deletionsEnded: number;
  /** Files, verdicts and other parts of media that were kept for as long as they are to be. */
  expired: number;
}

/** Old deliveries are looked for by the sweep in the first minute of an hour: that reads every log. */
const isHourly = (now: Date): boolean => now.getUTCMinutes() === 0;

/**
 * Finds what a crash left half-way. An unfinished scan has a marker in the store; if no job is there to finish it, one
 * is added: a crash between record and job, or a Redis that lost its data, costs a minute and no scan.
 */
export async function sweep(
  ports: Ports & DeletePorts & { retention?: Retention },
  queues: ScanQueues,
  signal: AbortSignal,
): Promise<SweepReport> {
  const report: SweepReport = {
    redriven: 0,
    failed: 0,
    uploadsRemoved: 0,
    deliveriesRedriven: 0,
    deliveriesRemoved: 0,
    verdictsRevised: 0,
    erasuresRedriven: 0,
    deletionsEnded: 0,
    expired: 0,
  };
  for await (const { key } of ports.store.list(keys.openScans, signal)) {
    const scan = key.slice(keys.openScans.length);
    try {
      const done = await sweepScan(scan, ports, queues, signal);
      if (done) report[done] += 1;
    } catch (error) {
      signal.throwIfAborted();
      // One scan that cannot be helped must not keep the others waiting.
      if (!(error instanceof ScanGoneError)) ports.log.error({ scan, err: error }, 'sweeping a scan failed');
    }
  }
  await renumberJobs(queues, signal);
  report.uploadsRemoved = await removeOldUploads(ports, signal);
  report.verdictsRevised = await revisitAll(ports, signal);
  await ports.outbox?.sweep(signal);
  await sweepRescans(ports, queues, signal);
  report.deliveriesRedriven = await sweepDeliveries({ ...ports, queues }, signal);
  if (isHourly(new Date())) report.deliveriesRemoved = await removeOldDeliveries(ports.store, signal);
  report.erasuresRedriven = await sweepErasures(ports, queues, signal);
  report.deletionsEnded = await sweepDeletions(ports, queues, signal);
  const keeping = { ...ports, queues, retention: ports.retention ?? keepForever };
  const { held, ...expired } = await applyRetention(slicesAt(Date.now()), keeping, signal);
  report.expired = Object.values(expired).reduce((sum, count) => sum + count, 0);
  if (held > 0) ports.log.info({ held }, 'media on hold is kept beyond its time');
  if (Object.values(report).some((count) => count > 0)) ports.log.info(report, 'swept');
  return report;
}

async function sweepScan(
  scan: ScanId,
  ports: Ports,
  queues: ScanQueues,
  signal: AbortSignal,
): Promise<'redriven' | 'failed' | null> {
  const record = await readStored(ports.store, keys.record(scan), ScanRecord, signal);
  if (!record) {
    if (await isOlder(keys.openScan(scan), orphanMarkerAgeMs, ports, signal)) {
      await ports.store.delete(keys.openScan(scan), signal);
    }
    return null;
  }
  // Rebuilds a lost index; does nothing when the record is there.
  await ports.index.create(record);
  const indexed = await ports.index.get(scan);
  if (record.state === 'cancelled' || indexed?.state === 'cancelled') {
    await finishCancel(indexed ?? record, ports, queues, signal);
    return null;
  }
  for (const stage of ['plan', 'judge'] as const) {
    if (await isLive(queues, stage, record)) return null;
  }
  for (const stage of ['plan', 'judge'] as const) {
    if ((await stateOf(queues, stage, record)) !== 'failed') continue;
    await failScan(scan, new PermanentError(`The stage ${stage} failed in all of its attempts.`), ports, signal);
    return 'failed';
  }
  await addPlanJob(queues, record);
  return 'redriven';
}

async function removeOldUploads(ports: Ports, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for await (const { key } of ports.store.list(keys.uploads, signal)) {
    if (!(await isOlder(key, uploadAgeMs, ports, signal))) continue;
    await ports.store.delete(key, signal);
    removed += 1;
  }
  return removed;
}

async function isOlder(key: string, ageMs: number, { store }: Ports, signal: AbortSignal): Promise<boolean> {
  const stat = await store.stat(key, signal);
  return stat !== null && Date.now() - stat.modifiedAt.getTime() > ageMs;
}
