import { SweepJob } from '@assay/contracts';
import { type Config, type ErasePorts, type Ports, sweep } from '@assay/pipeline';
import { Inject, Injectable } from '@nestjs/common';
import { Stage, type StageContext, type StageProcessor } from '../../stage';
import { CONFIG, ERASING, PORTS } from '../tokens';

/** A job and not a timer, so that a fleet of a hundred workers sweeps once a minute and not a hundred times. */
@Injectable()
@Stage('sweep')
export class SweepProcessor implements StageProcessor<'sweep'> {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(ERASING) private readonly erasing: ErasePorts,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async run(_payload: SweepJob, { signal }: StageContext): Promise<void> {
    const { queues, ...erasing } = this.erasing;
    await sweep({ ...this.ports, ...erasing, retention: this.config.retention }, queues, signal);
  }
}
