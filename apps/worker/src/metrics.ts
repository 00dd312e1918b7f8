import type { AttemptOutcome, Lane, SegmentResult } from '@assay/contracts';
import type { QueueName } from '@assay/pipeline';
import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * How a job left this worker. `paused`: its own time has not come, as with a delivery that waits for its next try.
 * `postponed`: store or Redis did not answer, and it waits without using an attempt. `handed_on`: this worker has not the model set
 * of its scan, and another one may.
 */
export type JobOutcome =
  'completed' | 'retried' | 'failed' | 'returned' | 'gone' | 'paused' | 'postponed' | 'handed_on';

/** Seconds. From an empty sweep to a look at two minutes of 8K. */
const durationBuckets = [0.01, 0.05, 0.25, 1, 2.5, 5, 10, 30, 60, 180, 600];

/** What this worker did. A registry of its own, so that several workers in one process (tests) do not collide. */
@Injectable()
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
  private readonly frames = new Counter({
    name: 'assay_frames_total',
    help: 'Frames decoded and looked at.',
    registers: this.registers,
  });
  private readonly video = new Counter({
    name: 'assay_video_seconds_total',
    help: 'Seconds of video looked at, by lane.',
    labelNames: ['lane'] as const,
    registers: this.registers,
  });
  private readonly faces = new Counter({
    name: 'assay_faces_total',
    help: 'Faces observed in frames, after tracking.',
    registers: this.registers,
  });
  private readonly crops = new Counter({
    name: 'assay_crops_scored_total',
    help: 'Face crops that the forgery detectors scored.',
    registers: this.registers,
  });
  private readonly inference = new Counter({
    name: 'assay_inference_seconds_total',
    help: 'Time inside inference threads.',
    labelNames: ['step'] as const,
    registers: this.registers,
  });
  private readonly decodeWait = new Counter({
    name: 'assay_decode_wait_seconds_total',
    help: 'Time that looks waited for frames.',
    registers: this.registers,
  });
  private readonly webhookAttempts = new Counter({
    name: 'assay_webhook_attempts_total',
    help: 'Requests to webhooks, by how each ended.',
    labelNames: ['outcome'] as const,
    registers: this.registers,
  });
  private readonly deliveries = new Counter({
    name: 'assay_webhook_deliveries_total',
    help: 'Deliveries to webhooks that ended: delivered, or failed in all of their tries.',
    labelNames: ['outcome'] as const,
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
  private readonly shadows = new Counter({
    name: 'assay_shadow_scans_total',
    help: 'Tries to score a scan in shadow: scored, gave way to live work, or outdated and dropped.',
    labelNames: ['outcome'] as const,
    registers: this.registers,
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  job(queue: QueueName, outcome: JobOutcome, seconds: number): void {
    this.jobs.inc({ queue, outcome });
    this.duration.observe({ queue }, seconds);
  }

  gotDone(lane: Lane, videoSeconds: number): void {
    this.video.inc({ lane }, videoSeconds);
  }

  looked(result: SegmentResult): void {
    const { decodeMs, detectMs, scoreMs, cropsScored } = result.cost;
    this.frames.inc(result.framesSeconds.length);
    this.faces.inc(result.tracks.reduce((total, { observations }) => total + observations.length, 0));
    this.crops.inc(cropsScored);
    this.inference.inc({ step: 'detect' }, detectMs / 1000);
    this.inference.inc({ step: 'score' }, scoreMs / 1000);
    this.decodeWait.inc(decodeMs / 1000);
  }

  tried(outcome: AttemptOutcome, state: 'pending' | 'delivered' | 'failed'): void {
    this.webhookAttempts.inc({ outcome });
    if (state !== 'pending') this.deliveries.inc({ outcome: state });
  }

  shadowed(outcome: 'scored' | 'gave_way' | 'outdated'): void {
    this.shadows.inc({ outcome });
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
