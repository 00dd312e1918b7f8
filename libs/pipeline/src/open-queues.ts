import { DeliverJob, EraseJob, JudgeJob, LookJob, PlanJob, RescanJob, ShadowJob, SweepJob } from '@assay/contracts';
import { closeRedis } from '@assay/storage';
import type { DefaultJobOptions, FlowProducer, Queue } from 'bullmq';
import { StartRate } from './lanes/start-rate';
import { TenantGate } from './lanes/tenant-gate';
import { Turns } from './lanes/turns';
import { callerConnection } from './queue-connection';
import { type QueueName, queueNames, queuePrefix, queueSettings, removeOnComplete } from './queues';
import type { Tracing } from './tracing/tracing';
import { ReceiverGate } from './webhooks/receiver-gate';

/** What each queue carries, and the schema that the worker's door checks it with. */
export const jobSchemas = {
  plan: PlanJob,
  look: LookJob,
  judge: JudgeJob,
  sweep: SweepJob,
  deliver: DeliverJob,
  erase: EraseJob,
  shadow: ShadowJob,
  rescan: RescanJob,
};
export interface JobPayloads {
  plan: PlanJob;
  look: LookJob;
  judge: JudgeJob;
  sweep: SweepJob;
  deliver: DeliverJob;
  erase: EraseJob;
  shadow: ShadowJob;
  rescan: RescanJob;
}

export type ScanQueues = { [Name in QueueName]: Queue<JobPayloads[Name], unknown, string> } & {
  flow: FlowProducer;
  /** In which order jobs are taken. */
  turns: Turns;
  /** How many scans of a tenant are begun a minute. */
  starts: StartRate;
  /** How many deliveries to one receiver are under way. */
  receivers: ReceiverGate;
  /** @param most looks of one tenant in one lane at the same time */
  gate(most: number): TenantGate;
  close(): Promise<void>;
};

/** Entries of the stream in which BullMQ tells what happened to jobs; about, as Redis trims in blocks of 100. */
const queueEventsKept = 100;

/** Options that every job of a queue gets, in flows as well (a flow does not read a queue's defaults). */
export function jobOptions(name: QueueName): DefaultJobOptions {
  const { attempts, backoffMs, keepFailed } = queueSettings[name];
  return {
    attempts,
    // Full jitter would allow a pause of nothing; half keeps the fleet apart and the pause real.
    backoff: { type: 'exponential', delay: backoffMs, jitter: 0.5 },
    removeOnComplete,
    removeOnFail: keepFailed,
  };
}

/**
 * Connections for adding and inspecting jobs (workers open their own, which block).
 *
 * @param tracing what jobs carry the trace of whoever adds them with
 * @throws Error when no Redis is configured
 */
export async function openQueues(
  config: { redisUrl: string | null },
  tracing: Tracing | null = null,
): Promise<ScanQueues> {
  const redis = callerConnection(config);
  // Loaded here: `assay scan` needs no queue, and should not pay for loading one.
  const { FlowProducer, Queue } = await import('bullmq');
  const telemetry = tracing ? { telemetry: tracing.telemetry } : {};
  const open = <Payload>(name: QueueName) =>
    new Queue<Payload, unknown, string, Payload, unknown, string>(name, {
      connection: redis,
      prefix: queuePrefix,
      defaultJobOptions: jobOptions(name),
      ...telemetry,
      // Nobody reads them, and each names a scan: what is erased has to be looked for among them.
      streams: { events: { maxLen: queueEventsKept } },
    });
  const queues = {
    plan: open<PlanJob>('plan'),
    look: open<LookJob>('look'),
    judge: open<JudgeJob>('judge'),
    sweep: open<SweepJob>('sweep'),
    deliver: open<DeliverJob>('deliver'),
    erase: open<EraseJob>('erase'),
    shadow: open<ShadowJob>('shadow'),
    rescan: open<RescanJob>('rescan'),
  };
  const flow = new FlowProducer({ connection: redis, prefix: queuePrefix, ...telemetry });
  const turns = new Turns(redis, queuePrefix);
  // Without a listener a lost connection is an uncaught exception; the commands in flight report it to their callers.
  const emitters: NodeJS.EventEmitter[] = [...queueNames.map((name) => queues[name]), flow];
  for (const emitter of emitters) emitter.on('error', () => undefined);
  return {
    ...queues,
    flow,
    turns,
    starts: new StartRate(redis, queuePrefix, queues.plan),
    receivers: new ReceiverGate(redis, queuePrefix, queues.deliver),
    gate: (most) => new TenantGate(redis, queuePrefix, queues.look, most),
    async close() {
      await Promise.all([...queueNames.map((name) => queues[name].close()), flow.close()]);
      await closeRedis(redis);
    },
  };
}
