import { JudgeJob } from '@assay/contracts';
import { failScan, finishScan, type Ports } from '@assay/pipeline';
import { Inject, Injectable } from '@nestjs/common';
import { Stage, type StageContext, type StageProcessor } from '../stage';
import { PORTS } from '../tokens';

/** Verdict and publication, after all looks of the scan have ended one way or the other. */
@Injectable()
@Stage('judge')
export class JudgeProcessor implements StageProcessor<'judge'> {
  constructor(@Inject(PORTS) private readonly ports: Ports) {}

  async run({ scan }: JudgeJob, { signal }: StageContext): Promise<void> {
    await finishScan(scan, this.ports, signal);
  }

  async exhausted({ scan }: JudgeJob, error: unknown, { signal }: StageContext): Promise<void> {
    await failScan(scan, error, this.ports, signal);
  }
}
