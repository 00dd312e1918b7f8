import { SweepJob } from '@assay/contracts';
import { type Ports, type ScanQueues, sweep } from '@assay/pipeline';
import { Inject, Injectable } from '@nestjs/common';
import { Stage, type StageContext, type StageProcessor } from '../stage';
import { PORTS, QUEUES } from '../tokens';

/** A job and not a timer, so that a fleet of a hundred workers sweeps once a minute and not a hundred times. */
@Injectable()
@Stage('sweep')
export class SweepProcessor implements StageProcessor<'sweep'> {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
  ) {}

  async run(_payload: SweepJob, { signal }: StageContext): Promise<void> {
    await sweep(this.ports, this.queues, signal);
  }
}
