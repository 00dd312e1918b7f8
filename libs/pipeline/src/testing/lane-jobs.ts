import type { Lane, ScanRecord } from '@assay/contracts';
import { Worker } from 'bullmq';
import { addPlanJob } from '../flows';
import type { ScanQueues } from '../open-queues';
import { queuePrefix } from '../queues';
import { workerConnection } from '../queue-connection';

let made = 0;

/** A scan that stands in nobody's store: enough for its jobs. */
export function laneScan(tenant: string, priority: Lane): ScanRecord {
  const at = '2030-01-01T00:00:00Z';
  return {
    schema: 'assay.scan/1',
    id: `sc_${(made += 1).toString(16).padStart(32, '0')}`,
    tenant,
    media: 'a'.repeat(64),
    name: null,
    policy: 'default',
    modelSet: 'b'.repeat(64),
    priority,
    state: 'queued',
    stage: 'intake',
    percent: 0,
    segments: null,
    segmentsDone: 0,
    verdict: null,
    probability: null,
    rejection: null,
    failure: null,
    createdAt: at,
    updatedAt: at,
  };
}

/** Adds the plan jobs of new scans. @returns the scans */
export async function addScans(queues: ScanQueues, tenant: string, lane: Lane, count: number): Promise<ScanRecord[]> {
  const scans = Array.from({ length: count }, () => laneScan(tenant, lane));
  await Promise.all(scans.map((scan) => addPlanJob(queues, scan)));
  return scans;
}

export interface TakenJob {
  scan: string;
  lane: Lane | undefined;
}

/** A worker of one hand: takes a job of the plan queue, tells the order, and is done with it. */
export function openTaker(url: string, queues: ScanQueues) {
  const address = workerConnection({ redisUrl: url }).connection;
  const worker = new Worker('plan', null, {
    connection: { ...address, maxRetriesPerRequest: null },
    prefix: queuePrefix,
  });
  worker.on('error', () => undefined);
  const token = 'taker';
  return {
    /** @returns null when no job waits */
    async take(): Promise<TakenJob | null> {
      const job = await worker.getNextJob(token, { block: false });
      if (!job) return null;
      const { turn, scan } = job.data;
      if (turn) await queues.turns.started('plan', turn);
      await job.moveToCompleted(null, token, false);
      return { scan, lane: turn?.lane };
    },
    close: () => worker.close(),
  };
}
