import { JudgeJob } from '@assay/contracts';
import { failScan, finishScan, observeVerdict, type Ports, type ScanQueues } from '@assay/pipeline';
import { Inject, Injectable } from '@nestjs/common';
import { EngineMetrics } from '../engine-metrics';
import { observeScan } from '../observe-scan';
import { Stage, type StageContext, type StageProcessor } from '../../stage';
import { PORTS, QUEUES } from '../tokens';

/** Verdict and publication, after all looks of the scan have ended one way or the other. */
@Injectable()
@Stage('judge')
export class JudgeProcessor implements StageProcessor<'judge'> {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    private readonly metrics: EngineMetrics,
  ) {}

  async run({ scan }: JudgeJob, { signal }: StageContext): Promise<void> {
    const verdict = await finishScan(scan, this.ports, signal);
    await observeVerdict(verdict, this.ports, this.queues, signal);
    await observeScan(verdict, this.ports, this.metrics);
  }

  async exhausted({ scan }: JudgeJob, error: unknown, { signal }: StageContext): Promise<void> {
    await failScan(scan, error, this.ports, signal);
  }
}
