import { RescanJob } from '@assay/contracts';
import { endRescan, getRescan, type Ports, runRescan, safeMessage, type ScanQueues } from '@assay/pipeline';
import { Inject, Injectable } from '@nestjs/common';
import { Stage, type StageContext, type StageProcessor } from '../../stage';
import { PORTS, QUEUES } from '../tokens';

/** Asks for old scans anew, as many as the queue has room for, and comes back for the rest. */
@Injectable()
@Stage('rescan')
export class RescanProcessor implements StageProcessor<'rescan'> {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
  ) {}

  async run({ rescan }: RescanJob, { signal }: StageContext): Promise<void> {
    await runRescan(rescan, this.ports, this.queues, signal);
  }

  async exhausted({ rescan: id }: RescanJob, error: unknown, { signal }: StageContext): Promise<void> {
    const rescan = await getRescan(id, this.ports.store, signal);
    if (rescan?.state === 'running') await endRescan(rescan, 'failed', safeMessage(error), this.ports.store, signal);
  }
}
