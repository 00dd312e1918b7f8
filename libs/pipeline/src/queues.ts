import type { ScanId } from '@assay/contracts';

export const queueNames = ['plan', 'look', 'judge', 'sweep', 'erase', 'shadow', 'rescan', 'deliver'] as const;
/** `plan`: probe and plan, then adds the flow. `look`: one segment. `judge`: parent of the looks; judges and publishes. `deliver`: one event to one webhook. `erase`: one erasure. `shadow`: one scan, scored by a set on trial. `rescan`: old scans, asked for anew. */
export type QueueName = (typeof queueNames)[number];

export interface QueueSettings {
  /** Jobs of this queue at the same time in one worker process; `look` takes it from the configuration instead. */
  concurrency: number;
  /** Tries before a job goes to the dead-letter list. */
  attempts: number;
  /** First pause before a retry, ms; doubles each time, with jitter so that a fleet does not retry in step. */
  backoffMs: number;
  /**
   * Times that a job waits for a store or a Redis that does not answer. That is nobody's failure and costs no attempt, or
   * an outage of a minute would use up those of every job in the fleet; but not for ever, as it may be one object that is
   * at fault.
   */
  maxOutagePauses: number;
  /** A try that takes longer is aborted and counts as failed, ms. */
  deadlineMs: number;
  /** How long a worker that stopped renewing keeps a job, ms: the wait after `kill -9`. Renewed at half of it. */
  lockMs: number;
  /** How often expired locks are looked for, ms. */
  stalledCheckMs: number;
  /** Times that a job may lose its worker before it is taken for the cause of the loss. */
  maxStalls: number;
  /** Dead letters kept, number and age in seconds. Completed jobs are never kept, see below. */
  keepFailed: { count: number; age: number };
}

/**
 * Completed jobs are removed at once: what they made lies in the store, and a completed job that stays would make the
 * next add under its id (a re-drive after a lost object, a scan asked for again) a silent no-op. Failed ones stay, as
 * the list of dead letters, and are removed by whoever asks for the scan again.
 */
export const removeOnComplete = true;

const minuteMs = 60_000;
const week = 7 * 24 * 3600;

/**
 * The process that renews locks has nothing else to do (the work is its child's), so a lock is late only when the machine
 * is: 15 s is two missed renewals, and half of BullMQ's default, so that a scan goes on within 20 s of a
 * `kill -9`. The check for it is one small script.
 */
const lockMs = 15_000;
const stalledCheckMs = 5_000;
/** An operator who kills everything twice must not lose a scan; media that kills its worker four times is the cause. */
const maxStalls = 3;
const keepFailed = { count: 1000, age: week };
/** With the pauses of `outagePauseMs` between 8 and 12 hours: a night without anybody to look. */
const maxOutagePauses = 700;

/**
 * Times that a job is handed on by workers that have not its model set or do not know its payload: with the pauses of an outage about a
 * quarter of an hour, so that a fleet in the middle of an upgrade, or an operator who registers the set, comes in time. Counted apart
 * from the pauses of outages, or a job that has sat one out would be given up at the first worker that cannot do it.
 */
export const maxHandOns = 20;

/** Every queue with all of its settings: a new queue without them does not compile. */
export const queueSettings: Record<QueueName, Required<QueueSettings>> = {
  plan: {
    // A demux pass and, with S3, a download: waiting for the network and the disk, hardly any CPU.
    concurrency: 2,
    attempts: 4,
    backoffMs: 1000,
    maxOutagePauses,
    // 4 GB at 10 MB/s is 7 minutes.
    deadlineMs: 10 * minuteMs,
    lockMs,
    stalledCheckMs,
    maxStalls,
    keepFailed,
  },
  look: {
    // Replaced by ASSAY_LOOK_CONCURRENCY; memory grows with it (decoded frames in flight).
    concurrency: 1,
    // Media faults end in a verdict, so an exception is the machine's: a third failure in a row will not be the last.
    attempts: 3,
    backoffMs: 2000,
    maxOutagePauses,
    // 120 s of 8K decode on one slow core is ~4 minutes; a download of 4 GB comes on top.
    deadlineMs: 15 * minuteMs,
    lockMs,
    stalledCheckMs,
    maxStalls,
    keepFailed,
  },
  judge: {
    // Reads small documents and computes for milliseconds.
    concurrency: 2,
    // All the work is done: be patient with whatever fails here (~4 minutes).
    attempts: 8,
    backoffMs: 2000,
    maxOutagePauses,
    deadlineMs: 2 * minuteMs,
    lockMs,
    stalledCheckMs,
    maxStalls,
    keepFailed,
  },
  sweep: {
    concurrency: 1,
    // The next minute brings the next one.
    attempts: 1,
    backoffMs: 1000,
    maxOutagePauses: 0,
    deadlineMs: 5 * minuteMs,
    lockMs,
    stalledCheckMs,
    maxStalls,
    keepFailed: { count: 10, age: week },
  },
  deliver: {
    // Waits for other people's servers: no CPU. What a slow receiver may hold of them is in webhooks/receiver-gate.ts: only some sixty
    // that are slow at once take all of a courier.
    concurrency: 256,
    // Tries of our own side, such as reading the store; when to try a receiver again is in webhooks/schedule.ts.
    attempts: 8,
    backoffMs: 2000,
    maxOutagePauses,
    // A request may take 20 s; the rest is the store.
    deadlineMs: minuteMs,
    lockMs,
    stalledCheckMs,
    maxStalls,
    keepFailed,
  },
  erase: {
    // Waits for the store. Two, so that a tenant's does not hold up a person's.
    concurrency: 2,
    // It goes on from where it was, and the sweeper gives it another job if these are used up.
    attempts: 8,
    backoffMs: 2000,
    maxOutagePauses,
    deadlineMs: 10 * minuteMs,
    lockMs,
    stalledCheckMs,
    maxStalls,
    keepFailed,
  },
  shadow: {
    // Takes the time that live work leaves over.
    concurrency: 1,
    // A sample with a gap is as good as one without.
    attempts: 2,
    backoffMs: 10_000,
    maxOutagePauses,
    deadlineMs: 15 * minuteMs,
    lockMs,
    stalledCheckMs,
    maxStalls,
    keepFailed: { count: 100, age: week },
  },
  rescan: {
    // Reads records; one at a time is enough to keep the backlog filled.
    concurrency: 1,
    attempts: 8,
    backoffMs: 2000,
    maxOutagePauses,
    deadlineMs: 10 * minuteMs,
    lockMs,
    stalledCheckMs,
    maxStalls,
    keepFailed,
  },
};

/** How often the sweeper looks for scans that stopped half-way, ms. */
export const sweepEveryMs = minuteMs;

/** All keys of the queues share one hash tag: a flow spans queues, and its scripts need one slot of a Redis cluster. */
export const queuePrefix = '{assay}';

/** Queues whose jobs are of one scan. */
export type ScanStage = Extract<QueueName, 'plan' | 'look' | 'judge' | 'shadow'>;

/** Hex digits of the model set's digest in a job id: enough to tell two sets of one operator apart. */
const digestDigits = 12;

/**
 * Same work, same id: adding twice is harmless. BullMQ refuses ':' in ids.
 *
 * @param part segment number for `look`
 */
export function jobIdFor(queue: ScanStage, scan: ScanId, modelSet: string, part?: number): string {
  const pieces = [scan, queue, ...(part === undefined ? [] : [String(part)]), modelSet.slice(0, digestDigits)];
  return pieces.join('-').replace(/[^a-zA-Z0-9_-]/g, '_');
}
