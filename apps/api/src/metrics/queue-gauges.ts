import { defaultLane, Lane } from '@assay/contracts';
import { isLaneQueue, queueNames, type ScanQueues, turnOf, waitsSince } from '@assay/pipeline';
import { Gauge, type Registry } from 'prom-client';

/** States in which a job waits for a worker that is free: not for a retry's pause, nor for other jobs. */
const waitingStates = ['waiting', 'prioritized'] as const;
/** Jobs are not taken by age: the oldest is looked for among as many as come next. */
const nextJobs = 50;

/** What a fleet is scaled by, asked from Redis at each scrape. */
export class QueueGauges {
  private readonly jobs: Gauge<'queue' | 'state'>;
  private readonly oldest: Gauge<'queue'>;
  private readonly oldestOfLane: Gauge<'queue' | 'lane'>;

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
      help: 'How long the oldest of the jobs that come next has waited for a worker; 0 when none waits',
      labelNames: ['queue'],
      registers,
    });
    this.oldestOfLane = new Gauge({
      name: 'assay_lane_oldest_waiting_seconds',
      help: 'The same for the jobs of one lane',
      labelNames: ['queue', 'lane'],
      registers,
    });
  }

  /** Never rejects: without Redis the rest of the metrics is still worth telling, and old numbers are not. */
  async refresh(nowMs: number): Promise<void> {
    this.jobs.reset();
    this.oldest.reset();
    this.oldestOfLane.reset();
    await Promise.allSettled(queueNames.map((queue) => this.refreshQueue(queue, nowMs)));
  }

  private async refreshQueue(queue: (typeof queueNames)[number], nowMs: number): Promise<void> {
    const [counts, ...heads] = await Promise.all([
      this.queues[queue].getJobCounts(),
      ...waitingStates.map((state) => this.queues[queue].getJobs([state], 0, nextJobs - 1, true)),
    ]);
    for (const [state, count] of Object.entries(counts)) this.jobs.set({ queue, state }, count);
    const next = heads.flat();
    const age = (jobs: { timestamp: number; progress: unknown }[]) =>
      (nowMs - Math.min(nowMs, ...jobs.map(waitsSince))) / 1000;
    this.oldest.set({ queue }, age(next));
    if (!isLaneQueue(queue)) return;
    for (const lane of Lane.options) {
      this.oldestOfLane.set(
        { queue, lane },
        age(next.filter(({ data }) => (turnOf(data)?.lane ?? defaultLane) === lane)),
      );
    }
  }
}
