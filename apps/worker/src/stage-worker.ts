import { setMaxListeners } from 'node:events';
import {
  annotate,
  type Config,
  isLaneQueue,
  isOutage,
  jobSchemas,
  LaterError,
  type Logger,
  maxHandOns,
  ModelSetMissingError,
  PermanentError,
  type QueueName,
  queuePrefix,
  queueSettings,
  safeMessage,
  ScanGoneError,
  ShutdownError,
  StageTimeoutError,
  type Tracing,
  underAny,
  UnknownPayloadError,
  type WorkerConnection,
  workerConnection,
} from '@assay/pipeline';
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { EngineDiedError } from './engine/engine-died-error';
import { countEngineDeath, refuseDeadly } from './engine-deaths';
import { itemOf, logOf } from './job-log';
import { noteProgress, progressOf } from './job-progress';
import { type LaneParts, LaneRunner } from './lane-runner';
import type { JobOutcome, WorkerMetrics } from './metrics';
import { outagePauseMs } from './outage-pause';
import type { StageContext, StageProcessor } from './stage';

interface Parts {
  name: QueueName;
  processor: StageProcessor;
  config: Config;
  log: Logger;
  metrics: WorkerMetrics;
  tracing: Tracing | null;
  turns: LaneParts['turns'];
  gate?: LaneParts['gate'];
}

/** On one job, and what ends it. */
interface Hold {
  /** Of its lock. */
  token: string | undefined;
  /** Aborted when the lock is lost. */
  lost: AbortSignal | undefined;
  deadline: AbortSignal;
  /** Aborted with the first of these, or at a stop. */
  signal: AbortSignal;
}

/** While Redis is away every queue fails several times a second; one line in this time tells as much, ms. */
const errorLogEveryMs = 10_000;

/** Takes the jobs of one queue: checks, bounds, runs them, and says what became of each. */
export class StageWorker {
  readonly name: QueueName;
  private readonly worker: Worker;
  private readonly redis: WorkerConnection;
  private readonly shutdown = new AbortController();
  /** Work that follows a job's end and has to be done before the process may end. */
  private readonly trailing = new Set<Promise<void>>();
  private readonly running = new Set<string>();
  private readonly lanes: LaneRunner | null;
  private lastErrorAt = -Infinity;

  /** Connects, but takes no job before `open`. */
  constructor(private readonly parts: Parts) {
    const { name, config, log, tracing } = parts;
    // As many as there are jobs.
    setMaxListeners(0, this.shutdown.signal);
    const settings = queueSettings[name];
    this.name = name;
    const { turns, gate = null, metrics } = parts;
    this.lanes = isLaneQueue(name)
      ? new LaneRunner(name, { turns, gate, metrics, log }, (message) => this.track(message))
      : null;
    this.redis = workerConnection(config);
    // BullMQ gives a signal only to processors that declare three parameters.
    this.worker = new Worker(name, (job, token, lost) => this.process(job, token, lost), {
      connection: this.redis.connection,
      prefix: queuePrefix,
      autorun: false,
      concurrency: name === 'look' ? config.lookConcurrency : settings.concurrency,
      lockDuration: settings.lockMs,
      stalledInterval: settings.stalledCheckMs,
      maxStalledCount: settings.maxStalls,
      ...(tracing ? { telemetry: tracing.telemetry } : {}),
    });
    this.worker.on('error', (error) => this.connectionError(error));
    this.worker.on('stalled', (job) =>
      log.warn({ queue: name, job }, 'job lost its worker and goes on here or elsewhere'),
    );
    // Another worker may have the job by now: what is done here is wasted.
    this.worker.on('lockRenewalFailed', (jobs) => jobs.forEach((job) => this.worker.cancelJob(job, 'lock lost')));
    this.worker.on('failed', (job, error) => job && this.track(this.afterFailure(job, error)));
  }

  /** Jobs that run now, by id. */
  get jobs(): ReadonlySet<string> {
    return this.running;
  }

  async ready(): Promise<void> {
    await this.worker.waitUntilReady();
  }

  open(): void {
    this.worker
      .run()
      .catch((error: unknown) => this.parts.log.error({ queue: this.name, err: error }, 'queue stopped'));
  }

  /**
   * Takes no more jobs, waits for those that run, and hands back what is not done in time, without using up an attempt.
   *
   * @param drainMs 0 hands everything back at once
   */
  async close(drainMs: number): Promise<void> {
    const timer = setTimeout(() => this.handBack(), drainMs);
    try {
      await this.worker.close();
    } finally {
      clearTimeout(timer);
    }
    await Promise.allSettled(this.trailing);
    await this.redis.close();
  }

  /** Stops what runs, now; the jobs go back to the queue. Only while closing. */
  handBack(): void {
    this.shutdown.abort(new ShutdownError());
  }

  private process(job: Job, token: string | undefined, lost: AbortSignal | undefined): Promise<void> {
    const deadline = AbortSignal.timeout(queueSettings[this.name].deadlineMs);
    const signals = [this.shutdown.signal, deadline, ...(lost ? [lost] : [])];
    return underAny(signals, (signal) => this.work(job, { token, lost, deadline, signal }));
  }

  private async work(job: Job, { token, lost, deadline, signal }: Hold): Promise<void> {
    const { name, processor, metrics, log } = this.parts;
    const startedAt = performance.now();
    const finish = (outcome: JobOutcome) => metrics.job(name, outcome, (performance.now() - startedAt) / 1000);
    this.running.add(job.id ?? name);
    try {
      // A fetch that was on its way at the stop can bring a job, even the one just handed back.
      signal.throwIfAborted();
      const payload = this.payloadOf(job);
      annotate(itemOf(payload));
      await refuseDeadly(job, queueSettings[name].maxStalls);
      const work = () => processor.run(payload, this.contextOf(job, payload, signal));
      await (this.lanes ? this.lanes.run(job.id ?? name, payload, work) : work());
      finish('completed');
    } catch (error) {
      if (error instanceof ScanGoneError) {
        log.info({ queue: name, job: job.id }, 'the scan was cancelled or its media deleted, nothing to do');
        return finish('gone');
      }
      if (error instanceof LaterError) {
        finish('paused');
        return await putAside(job, error.pauseMs, token);
      }
      // Before the stop that follows from it, which costs nothing: what ends its engine would end one after the other.
      if (error instanceof EngineDiedError) {
        finish('engine_lost');
        await countEngineDeath(job);
        return await putAside(job, outagePauseMs(0), token);
      }
      if (this.shutdown.signal.aborted) {
        finish('returned');
        // Back to the head of the queue: this is no failure of the job, and costs it no attempt.
        await job.moveToWait(token);
        throw new WaitingError();
      }
      const { pauses, handOns } = progressOf(job);
      if (isForAnother(error) && handOns < maxHandOns) {
        finish('handed_on');
        const pauseMs = outagePauseMs(handOns);
        log.warn({ queue: name, job: job.id, pauseMs, err: error }, 'this worker cannot do it, job handed on');
        return await putAside(job, pauseMs, token, { handOns: handOns + 1 });
      }
      if (isOutage(error) && !lost?.aborted && pauses < queueSettings[name].maxOutagePauses) {
        finish('postponed');
        const pauseMs = outagePauseMs(pauses);
        log.warn({ queue: name, job: job.id, pauseMs, err: error }, 'store or Redis did not answer, job waits');
        return await putAside(job, pauseMs, token, { pauses: pauses + 1 });
      }
      finish(job.attemptsMade + 1 < (job.opts.attempts ?? 1) && !isPermanent(error) ? 'retried' : 'failed');
      if (deadline.aborted) throw new StageTimeoutError(name, queueSettings[name].deadlineMs);
      throw failureOf(error);
    } finally {
      this.running.delete(job.id ?? name);
    }
  }

  /** Payloads come from outside this process: a version behind, a version ahead, or a person with redis-cli. */
  private payloadOf(job: Job) {
    const parsed = jobSchemas[this.name].safeParse(job.data);
    if (!parsed.success) throw new UnknownPayloadError(this.name);
    return parsed.data;
  }

  private contextOf(job: Job, payload: object, signal: AbortSignal): StageContext {
    const id = job.id ?? null;
    return { signal, job: id, log: logOf(this.parts.log, this.name, id, payload) };
  }

  private connectionError(error: Error): void {
    const now = performance.now();
    if (now - this.lastErrorAt < errorLogEveryMs) return;
    this.lastErrorAt = now;
    this.parts.log.warn({ queue: this.name, err: error }, 'queue connection');
  }

  private async afterFailure(job: Job, error: Error): Promise<void> {
    const { name, processor, log } = this.parts;
    const last = job.finishedOn !== undefined;
    log.warn({ queue: name, job: job.id, attempt: job.attemptsMade, last, err: error }, 'job failed');
    const payload = jobSchemas[name].safeParse(job.data);
    if (!last || !payload.success || !processor.exhausted) return;
    // Messages of unrecoverable errors were made to be shown, by `safeMessage` or by BullMQ.
    const cause = error.cause ?? (error instanceof UnrecoverableError ? new PermanentError(error.message) : error);
    const context = this.contextOf(job, payload.data, AbortSignal.timeout(queueSettings[name].deadlineMs));
    await processor.exhausted(payload.data, cause, context).catch((failure: unknown) => {
      if (!(failure instanceof ScanGoneError))
        log.error({ queue: name, job: job.id, err: failure }, 'failure not recorded');
    });
  }

  private track(work: Promise<void>): void {
    this.trailing.add(work);
    void work.finally(() => this.trailing.delete(work));
  }
}

/** It waits in the queue, and nothing counts against it. */
async function putAside(
  job: Job,
  pauseMs: number,
  token: string | undefined,
  counted: { pauses?: number; handOns?: number } = {},
): Promise<never> {
  const dueAt = Date.now() + pauseMs;
  await noteProgress(job, { ...counted, dueAt });
  await job.moveToDelayed(dueAt, token);
  throw new DelayedError();
}

/** What the queue keeps of a failure is shown to operators: our own words, with the error itself as the cause for the log. */
function failureOf(error: unknown): Error {
  const failure = isPermanent(error) ? new UnrecoverableError(safeMessage(error)) : new Error(safeMessage(error));
  failure.cause = error;
  return failure;
}

/** Another worker of the fleet may be able to do it: one with the models, or of the version that added the job. */
function isForAnother(error: unknown): boolean {
  return error instanceof ModelSetMissingError || error instanceof UnknownPayloadError;
}

/** Errors of a schema say that the data is wrong, and it will be as wrong next time. */
function isPermanent(error: unknown): boolean {
  if (error instanceof PermanentError || isForAnother(error)) return true;
  return error instanceof Error && error.name === 'ZodError';
}
