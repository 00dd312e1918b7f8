import { EraseJob } from '@assay/contracts';
import { type ErasePorts, runErasure } from '@assay/pipeline';
import { Inject, Injectable } from '@nestjs/common';
import { Stage, type StageContext, type StageProcessor } from '../../stage';
import { ERASING } from '../tokens';

/** One erasure, from wherever it is; a hold or a job that runs has it wait. */
@Injectable()
@Stage('erase')
export class EraseProcessor implements StageProcessor<'erase'> {
  constructor(@Inject(ERASING) private readonly ports: ErasePorts) {}

  async run(job: EraseJob, { signal, log }: StageContext): Promise<void> {
    await runErasure(job, { ...this.ports, log }, signal);
  }
}
