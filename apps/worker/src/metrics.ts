import type { Lane } from '@assay/contracts';
import type { QueueName } from '@assay/pipeline';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * How a job left this worker. `paused`: its own time has not come, as with a delivery that waits for its next try.
 * `postponed`: store or Redis did not answer, and it waits without using an attempt. `handed_on`: this worker has not the model set
 * of its scan, and another one may. `engine_lost`: the process that did the work ended.
 */
export type JobOutcome = (typeof outcomes)[number];
const outcomes = [
  'completed',
  'retried',
  'failed',
  'returned',
  'gone',
  'paused',
  'postponed',
  'handed_on',
  'engine_lost',
] as const;

/** Seconds. From an empty sweep to a look at two minutes of 8K. */
const durationBuckets = [0.01, 0.05, 0.25, 1, 2.5, 5, 10, 30, 60, 180, 600];

/** What became of the jobs that this worker took. A registry of its own, so that several workers in one process (tests) do not collide. */
export class WorkerMetrics {
  readonly registry = new Registry();
  private readonly registers = [this.registry];

  private readonly jobs = new Counter({
    name: 'assay_jobs_total',
    help: 'Jobs that left this worker, by queue and outcome.',
    labelNames: ['queue', 'outcome'] as const,
    registers: this.registers,
  });
  private readonly duration = new Histogram({
    name: 'assay_job_duration_seconds',
    help: 'Wall time of one try of a job.',
    labelNames: ['queue'] as const,
    buckets: durationBuckets,
    registers: this.registers,
  });
  private readonly video = new Counter({
    name: 'assay_video_seconds_total',
    help: 'Seconds of video looked at, by lane.',
    labelNames: ['lane'] as const,
    registers: this.registers,
  });
  private readonly stalls = new Counter({
    name: 'assay_event_loop_stalls_total',
    help: 'Stalls of the event loop that holds the job locks, by the queue of the job that ran.',
    labelNames: ['queue'] as const,
    registers: this.registers,
  });

  private readonly longestStall = new Gauge({
    name: 'assay_event_loop_longest_stall_seconds',
    help: 'Longest of these stalls since the start, by the queue of the job that ran; none where no job ran.',
    labelNames: ['queue'] as const,
    registers: this.registers,
  });
  private readonly longest = new Map<string, number>();

  /** @param queues whose jobs it takes: a counter that appears with its first event has no rate of it, and alerts would miss it */
  constructor(queues: readonly QueueName[] = []) {
    for (const queue of queues) for (const outcome of outcomes) this.jobs.inc({ queue, outcome }, 0);
    collectDefaultMetrics({ register: this.registry, labels: { part: 'jobs' } });
  }

  job(queue: QueueName, outcome: JobOutcome, seconds: number): void {
    this.jobs.inc({ queue, outcome });
    this.duration.observe({ queue }, seconds);
  }

  gotDone(lane: Lane, videoSeconds: number): void {
    this.video.inc({ lane }, videoSeconds);
  }

  /** @param queues whose jobs ran; none at the start, which loads models and connects */
  stalled(queues: readonly string[], seconds: number): void {
    for (const queue of queues.length > 0 ? queues : ['none']) {
      this.stalls.inc({ queue });
      const longest = Math.max(seconds, this.longest.get(queue) ?? 0);
      this.longest.set(queue, longest);
      this.longestStall.set({ queue }, longest);
    }
  }
}
