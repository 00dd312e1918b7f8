import { DeliverJob } from '@assay/contracts';
import {
  addressSettings,
  type Config,
  deliver,
  type DeliverPorts,
  isMockLoss,
  type Ports,
  type ScanQueues,
} from '@assay/pipeline';
import { Inject, Injectable } from '@nestjs/common';
import { EngineMetrics } from '../engine-metrics';
import { Stage, type StageContext, type StageProcessor } from '../../stage';
import { CONFIG, PORTS, QUEUES } from '../tokens';

/** One try to tell one webhook of one event. Receivers that fail are no failures of the job, which waits for its next try. */
@Injectable()
@Stage('deliver')
export class DeliverProcessor implements StageProcessor<'deliver'> {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    @Inject(CONFIG) private readonly config: Config,
    private readonly metrics: EngineMetrics,
  ) {}

  async run(job: DeliverJob, { signal, log }: StageContext): Promise<void> {
    const isLost: DeliverPorts['isLost'] = (record, stop) => isMockLoss(record, this.ports, stop);
    const ports: DeliverPorts = {
      store: this.ports.store,
      log,
      receivers: this.queues.receivers,
      sending: addressSettings(this.config.webhooks),
      ...(this.ports.mock ? { isLost } : {}),
    };
    await deliver(job, ports, signal, ({ outcome, state }) => this.metrics.tried(outcome, state));
  }
}
