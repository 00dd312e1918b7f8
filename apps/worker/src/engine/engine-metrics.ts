import type { AttemptOutcome, SegmentResult } from '@assay/contracts';
import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';

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
  private readonly shadows = new Counter({
    name: 'assay_shadow_scans_total',
    help: 'Tries to score a scan in shadow: scored, gave way to live work, or outdated and dropped.',
    labelNames: ['outcome'] as const,
    registers: this.registers,
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry, labels: { part: 'engine' } });
    // From the beginning, so that the first failure is an increase.
    for (const outcome of ['delivered', 'failed']) this.deliveries.inc({ outcome }, 0);
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
}
