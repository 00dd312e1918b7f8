import type { QueueName } from '@assay/pipeline';
import type { MetricObject } from 'prom-client';
import type { StageProcessor } from '../stage';

export type Processors = Record<QueueName, StageProcessor>;

/**
 * Where the work of the stages is done: files, decoders, models, verdicts. Whoever takes jobs from the queues holds one, here
 * in the same process (`openEngine`) or as a child process (`forkEngine`).
 */
export interface Engine {
  readonly processors: Processors;
  /** What it did, for `/metrics`; nothing where it does not answer in time. */
  metrics(): Promise<MetricObject[]>;
  /** Tells, at most once, that it ended without being asked to: all that ran in it has failed by then. */
  onDeath(listener: (how: string) => void): void;
  /** Ends what still runs, and closes what it opened. */
  close(): Promise<void>;
  /** Ends it at once, where there is no time left to close. */
  kill(): void;
}
