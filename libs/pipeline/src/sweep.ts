import type { Retention } from '@assay/contracts';
import type { DeletePorts } from './delete-media';
import { inLanes } from './in-lanes';
import { isOlder } from './is-older';
import { applyRetention, slicesAt } from './keeping/apply-retention';
import { sweepErasures } from './keeping/erasures';
import { keepForever } from './keeping/retention';
import { sweepDeletions } from './keeping/sweep-deletions';
import { keys } from './keys';
import { sweepFillings } from './known/known-lists';
import { revisitAll } from './known/revisit';
import { sweepLeftBytes } from './media-references';
import { renumberJobs } from './lanes/renumber';
import type { ScanQueues } from './open-queues';
import type { Ports } from './ports';
import { sweepRescans } from './rescans/rescans';
import { sweepOpenScans } from './sweep-open-scans';
import { removeOldDeliveries, sweepDeliveries } from './webhooks/sweep-deliveries';

const hourMs = 3_600_000;
/** An upload that has not ended by then never will. */
const uploadAgeMs = 24 * hourMs;
/** Each costs a question to the store. */
const lanes = 16;

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
  /** Media that was deleted while somebody seemed to take it in again, and whose bytes are gone now. */
  bytesRemoved: number;
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
    bytesRemoved: 0,
    expired: 0,
  };
  const ways = [
    async () => void Object.assign(report, await sweepOpenScans(ports, queues, signal)),
    () => renumberJobs(queues, signal),
    async () => {
      await ports.outbox?.sweep(signal);
      report.deliveriesRedriven = await sweepDeliveries({ ...ports, queues }, signal);
      if (isHourly(new Date())) report.deliveriesRemoved = await removeOldDeliveries(ports.store, signal);
    },
    async () => void (report.uploadsRemoved = await removeOldUploads(ports, signal)),
    async () => void (await sweepFillings(ports, signal)),
    async () => void (report.verdictsRevised = await revisitAll(ports, signal)),
    async () => {
      await sweepRescans(ports, queues, signal);
      report.erasuresRedriven = await sweepErasures(ports, queues, signal);
    },
    async () => {
      report.deletionsEnded = await sweepDeletions(ports, queues, signal);
      report.bytesRemoved = await sweepLeftBytes(ports.store, signal);
    },
    async () => {
      const keeping = { ...ports, queues, retention: ports.retention ?? keepForever };
      const { held, ...expired } = await applyRetention(slicesAt(Date.now()), keeping, signal);
      report.expired = Object.values(expired).reduce((sum, count) => sum + count, 0);
      if (held > 0) ports.log.info({ held }, 'media on hold is kept beyond its time');
    },
  ];
  // Side by side: what takes one until the deadline, or a fault in it, must not keep the others from their turn.
  const ends = await Promise.allSettled(ways.map((way) => way()));
  if (Object.values(report).some((count) => count > 0)) ports.log.info(report, 'swept');
  const fault = ends.find((end) => end.status === 'rejected');
  if (fault) throw fault.reason;
  return report;
}

async function removeOldUploads(ports: Ports, signal: AbortSignal): Promise<number> {
  let removed = 0;
  const look = async ({ key }: { key: string }, stop: AbortSignal): Promise<void> => {
    if (!(await isOlder(key, uploadAgeMs, ports, stop))) return;
    await ports.store.delete(key, stop);
    removed += 1;
  };
  await inLanes(ports.store.list(keys.uploads, signal), lanes, look, signal);
  return removed;
}
