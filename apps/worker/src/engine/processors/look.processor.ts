import { LookJob } from '@assay/contracts';
import { lookAtPart, type Ports } from '@assay/pipeline';
import { Inject, Injectable } from '@nestjs/common';
import { EngineMetrics } from '../engine-metrics';
import { type Done, Stage, type StageContext, type StageProcessor } from '../../stage';
import { PORTS } from '../tokens';

/**
 * One segment of one scan. When its attempts are used up nothing is done here: the judge runs without this segment and
 * says so in the verdict.
 */
@Injectable()
@Stage('look')
export class LookProcessor implements StageProcessor<'look'> {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    private readonly metrics: EngineMetrics,
  ) {}

  async run({ scan, segment }: LookJob, { signal }: StageContext): Promise<Done> {
    const result = await lookAtPart({ scan, segment }, this.ports, signal);
    this.metrics.looked(result);
    return { videoSeconds: result.endSeconds - result.startSeconds };
  }
}
