import type { JobPayloads, Logger, QueueName } from '@assay/pipeline';
import { DiscoveryService } from '@nestjs/core';

/** What a processor gets beside its payload. */
export interface StageContext {
  /** Aborted at shutdown, at the stage's deadline, and when the job's lock is lost. */
  signal: AbortSignal;
  /** Has queue, job and scan bound. */
  log: Logger;
  /** Id of the job. */
  job: string | null;
}

/** What a job got done, as far as its stage says. */
export interface Done {
  videoSeconds: number;
}

/** One stage's work on one job. The payload has been checked against its schema. */
export interface StageProcessor<Name extends QueueName = QueueName> {
  run(payload: JobPayloads[Name], context: StageContext): Promise<Done | void>;
  /** The job used up its attempts or cannot be retried. What this misses in a crash, the sweeper makes good. */
  exhausted?(payload: JobPayloads[Name], error: unknown, context: StageContext): Promise<void>;
}

/** Declares the processor of a queue. Start-up fails unless every queue has exactly one. */
export const Stage = DiscoveryService.createDecorator<QueueName>();
