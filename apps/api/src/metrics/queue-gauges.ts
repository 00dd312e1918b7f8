import { queueNames, type ScanQueues } from '@assay/pipeline';
import { Gauge, type Registry } from 'prom-client';

/** States in which a job waits for a worker that is free: not for a retry's pause, nor for other jobs. */
const waitingStates = ['waiting', 'prioritized'] as const;

/** What a fleet is scaled by, asked from Redis at each scrape. */
export class QueueGauges {
  private readonly jobs: Gauge<'queue' | 'state'>;
  private readonly oldest: Gauge<'queue'>;

  constructor(
    private readonly queues: ScanQueues,
    registry: Registry,
  ) {
    const registers = [registry];
    this.jobs = new Gauge({
      name: 'assay_queue_jobs',
      help: 'Jobs by queue and state; failed ones are the dead letters',
      labelNames: ['queue', 'state'],
      registers,
    });
    this.oldest = new Gauge({
      name: 'assay_queue_oldest_waiting_seconds',
      help: 'How long the oldest job has waited for a worker; 0 when none waits',
      labelNames: ['queue'],
      registers,
    });
  }

  /** Never rejects: without Redis the rest of the metrics is still worth telling, and old numbers are not. */
  async refresh(nowMs: number): Promise<void> {
    this.jobs.reset();
    this.oldest.reset();
    await Promise.allSettled(queueNames.map((queue) => this.refreshQueue(queue, nowMs)));
  }

  private async refreshQueue(queue: (typeof queueNames)[number], nowMs: number): Promise<void> {
    const [counts, ...heads] = await Promise.all([
      this.queues[queue].getJobCounts(),
      ...waitingStates.map((state) => this.queues[queue].getJobs([state], 0, 0, true)),
    ]);
    for (const [state, count] of Object.entries(counts)) this.jobs.set({ queue, state }, count);
    const since = Math.min(nowMs, ...heads.flat().map(({ timestamp }) => timestamp));
    this.oldest.set({ queue }, (nowMs - since) / 1000);
  }
}
