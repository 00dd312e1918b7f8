import { AttemptOutcome, defaultLane, Lane, type ScanRecord, type SegmentResult, type Verdict } from '@assay/contracts';
import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

/** Seconds. From a still to an archive that waited for a night. */
const durationBuckets = [1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 7200, 43_200];
/** Seconds. From a still without a face to an hour of video. */
const workBuckets = [0.05, 0.25, 1, 2.5, 5, 10, 30, 60, 180, 600];

/** What the stages did in this process. */
@Injectable()
export class EngineMetrics {
  readonly registry = new Registry();
  private readonly registers = [this.registry];

  private readonly frames = new Counter({
    name: 'assay_frames_total',
    help: 'Frames decoded and looked at.',
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
    help: 'Time inside inference threads, by step and model; none: moving and loading.',
    labelNames: ['step', 'model'] as const,
    registers: this.registers,
  });
  private readonly decodeWait = new Counter({
    name: 'assay_decode_wait_seconds_total',
    help: 'Time that looks waited for frames.',
    registers: this.registers,
  });
  private readonly scanDuration = new Histogram({
    name: 'assay_scan_duration_seconds',
    help: 'Time from the request for a scan to its published verdict, by lane; without scans that were started anew.',
    labelNames: ['lane'] as const,
    buckets: durationBuckets,
    registers: this.registers,
  });
  private readonly scanWork = new Histogram({
    name: 'assay_scan_work_seconds',
    help: 'Seconds that the looks of a scan took, by step: decode waits for frames, detect and score run in inference threads.',
    labelNames: ['step'] as const,
    buckets: workBuckets,
    registers: this.registers,
  });
  private readonly storeBytes = new Counter({
    name: 'assay_store_read_bytes_total',
    help: 'Bytes of objects read from an S3 store; a folder is read in place and counts nothing.',
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
  private readonly shadows = new Counter({
    name: 'assay_shadow_scans_total',
    help: 'Tries to score a scan in shadow: scored, gave way to live work, or outdated and dropped.',
    labelNames: ['outcome'] as const,
    registers: this.registers,
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry, labels: { part: 'engine' } });
    for (const lane of Lane.options) this.scanDuration.zero({ lane });
    // From the beginning, so that the first failure is an increase.
    for (const outcome of ['delivered', 'failed']) this.deliveries.inc({ outcome }, 0);
    // Where nothing is ever delivered, the share that is must be 0 and not missing.
    for (const outcome of AttemptOutcome.options) this.webhookAttempts.inc({ outcome }, 0);
  }

  looked(result: SegmentResult): void {
    const { decodeMs, detectMs, scoreMs, msByModel, cropsScored } = result.cost;
    this.frames.inc(result.framesSeconds.length);
    this.faces.inc(result.tracks.reduce((total, { observations }) => total + observations.length, 0));
    this.crops.inc(cropsScored);
    this.inferred('detect', detectMs, msByModel?.detect);
    this.inferred('score', scoreMs, msByModel?.score);
    this.decodeWait.inc(decodeMs / 1000);
  }

  private inferred(step: 'detect' | 'score', milliseconds: number, byModel: Record<string, number> = {}): void {
    let rest = milliseconds;
    for (const [model, own] of Object.entries(byModel)) {
      this.inference.inc({ step, model }, own / 1000);
      rest -= own;
    }
    // What it took to load models and to move pictures; rounding must not take a counter back.
    if (rest > 0) this.inference.inc({ step, model: 'none' }, rest / 1000);
  }

  /** @param record as the index has it after publication; null where the index lost it, and nobody knows how long it took */
  judged({ cost }: Verdict, record: ScanRecord | null): void {
    this.scanWork.observe({ step: 'decode' }, cost.decodeMs / 1000);
    this.scanWork.observe({ step: 'detect' }, cost.detectMs / 1000);
    this.scanWork.observe({ step: 'score' }, cost.scoreMs / 1000);
    // One that was started anew has its earlier run, and the time until somebody asked again, in its age.
    if (record?.state !== 'done' || record.restarts !== undefined) return;
    const milliseconds = Date.parse(record.updatedAt) - Date.parse(record.createdAt);
    this.scanDuration.observe({ lane: record.priority ?? defaultLane }, Math.max(0, milliseconds) / 1000);
  }

  storeRead(bytes: number): void {
    this.storeBytes.inc(bytes);
  }

  tried(outcome: AttemptOutcome, state: 'pending' | 'delivered' | 'failed'): void {
    this.webhookAttempts.inc({ outcome });
    if (state !== 'pending') this.deliveries.inc({ outcome: state });
  }

  shadowed(outcome: 'scored' | 'gave_way' | 'outdated'): void {
    this.shadows.inc({ outcome });
  }
}
