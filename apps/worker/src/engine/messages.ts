import type { QueueName, TraceCarrier } from '@assay/pipeline';
import type { MetricObject } from 'prom-client';
import type { Done } from '../stage';
import type { SentError } from './sent-error';

/** One job, as the engine needs to know it. */
interface OneJob {
  queue: QueueName;
  /** Follows the queue's schema. */
  payload: object;
  /** Its id, for the log. */
  job: string | null;
  trace: TraceCarrier;
}

/** What is asked of an engine, and answered once. */
export type Call =
  | ({ what: 'run' } & OneJob)
  | ({ what: 'exhausted'; error: SentError } & OneJob)
  | { what: 'metrics' }
  | { what: 'ping' };

export type ToEngine =
  | { type: 'call'; id: number; call: Call }
  /** What the call with this number does shall end; it is answered all the same. */
  | { type: 'abort'; id: number; reason: SentError }
  /** Nothing runs any more: close, and end. */
  | { type: 'close' };

export type FromEngine =
  | { type: 'ready' }
  | { type: 'answer'; id: number; value: Done | MetricObject[] | null }
  | { type: 'error'; id: number; error: SentError };
