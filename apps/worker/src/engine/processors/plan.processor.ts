import { PlanJob } from '@assay/contracts';
import {
  addScanFlow,
  failScan,
  planScan,
  type Planned,
  type Ports,
  QuotaExceededError,
  type ScanQueues,
} from '@assay/pipeline';
import { Inject, Injectable } from '@nestjs/common';
import { EngineMetrics } from '../engine-metrics';
import { observeScan } from '../observe-scan';
import { Stage, type StageContext, type StageProcessor } from '../../stage';
import { PORTS, QUEUES } from '../tokens';

/** Probe and plan, then the flow: one look per segment under one judge. */
@Injectable()
@Stage('plan')
export class PlanProcessor implements StageProcessor<'plan'> {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    private readonly metrics: EngineMetrics,
  ) {}

  async run({ scan }: PlanJob, { signal }: StageContext): Promise<void> {
    const planned = await this.plan(scan, signal);
    if (planned === null) return;
    if (planned.done) return observeScan(planned.verdict, this.ports, this.metrics);
    const { plan, record } = planned;
    // The index knows whether it was asked for again, more urgently.
    const { priority } = (await this.ports.index.get(scan)) ?? record;
    await addScanFlow(this.queues, { ...record, priority }, plan);
  }

  /** @returns null where the tenant's quota does not suffice: that ends the scan, and is nothing for an operator to look into */
  private async plan(scan: string, signal: AbortSignal): Promise<Planned | null> {
    try {
      return await planScan(scan, this.ports, signal);
    } catch (error) {
      if (!(error instanceof QuotaExceededError)) throw error;
      await failScan(scan, error, this.ports, signal);
      return null;
    }
  }

  async exhausted({ scan }: PlanJob, error: unknown, { signal }: StageContext): Promise<void> {
    await failScan(scan, error, this.ports, signal);
  }
}
