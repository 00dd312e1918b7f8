import { type ChildProcess, fork } from 'node:child_process';
import { type Logger, type QueueName, queueNames, type Tracing } from '@assay/pipeline';
import { untilAborted } from '@assay/storage';
import { allocatorSettings, lowerSession } from '@assay/video';
import type { MetricObject } from 'prom-client';
import type { Done, StageContext, StageProcessor } from '../stage';
import type { Engine, Processors } from './engine';
import { EngineDiedError } from './engine-died-error';
import type { Call, FromEngine, ToEngine } from './messages';
import { fromSent, toSent } from './sent-error';

/**
 * Of the engine's session beside those of API and job locks: callers wait for an answer, scans take seconds anyway. With 9, engines and
 * decoders together still made the loops with the locks wait for 50 ms. Decoders stand lower still (16).
 */
const sessionNice = 15;
/** An engine that was told to end a job and has not, within this, is stuck in it; decoders get 2 s before they are killed, ms. */
const abortMs = 30_000;
/** A scrape waits no longer for an engine that does not come round, ms. */
const metricsMs = 2_000;
/** How often it is asked whether it comes round, ms. */
const pingEveryMs = 10_000;
/** An engine whose loop stands still for this long hangs, and its jobs with it: their locks, held elsewhere, would not run out, ms. */
const hangMs = 60_000;
/** For connections to close; then it is ended, ms. */
const closeMs = 4_000;

/** The engine could not be started; its own last line says why. */
export class EngineStartError extends Error {
  override readonly name = 'EngineStartError';

  /** @param code exit code, null where a signal ended it */
  constructor(
    readonly code: number | null,
    how: string,
  ) {
    super(`The engine did not start (${how}); its last lines say why.`);
  }
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

export interface ForkOptions {
  /** Built file that the child runs. */
  script: string;
  tracing: Tracing | null;
  log: Logger;
  /** Time to end a job that was told to, ms. */
  abortMs?: number;
  /** Time in which it has to come round, ms. */
  hangMs?: number;
}

/**
 * An engine as a child process. The process that holds the job locks then has nothing heavy in it: no decoder is forked from
 * it, no model fills its memory, and on a machine that shares the processor among sessions its loop does not wait behind its
 * own inference. An engine that crashes, or runs out of memory, costs a try of its jobs at once, in place of a lock that has to
 * run out. It ends when this process does, however that ends.
 *
 * @throws EngineStartError
 */
export async function forkEngine({ script, ...options }: ForkOptions): Promise<Engine> {
  // A session of its own, to be lowered.
  const child = fork(script, {
    detached: true,
    serialization: 'advanced',
    env: { ...process.env, ...allocatorSettings() },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  if (child.pid !== undefined) lowerSession(child.pid, sessionNice);
  const engine = new RemoteEngine(child, options);
  await engine.ready;
  return engine;
}

class RemoteEngine implements Engine {
  readonly ready: Promise<void>;
  readonly processors = Object.fromEntries(queueNames.map((name) => [name, this.processor(name)])) as Processors;
  private readonly ended: Promise<void>;
  private readonly waiting = new Map<number, Waiting>();
  private readonly deathListeners: ((how: string) => void)[] = [];
  private lastId = 0;
  private closing = false;
  private dead: string | null = null;

  constructor(
    private readonly child: ChildProcess,
    private readonly options: Omit<ForkOptions, 'script'>,
  ) {
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        if (this.dead === null) this.die(how);
        resolve();
      };
      child.once('error', (error) => end(error.message));
      child.once('exit', (code, signal) => end(signal ?? `exit ${code}`));
    });
    this.ready = new Promise((resolve, reject) => {
      child.on('message', (message: FromEngine) => (message.type === 'ready' ? resolve() : this.settle(message)));
      void this.ended.then(() => reject(new EngineStartError(child.exitCode, this.dead ?? 'unknown')));
    });
    // Whoever waits for it is told; once it is ready nobody does.
    this.ready.then(
      () => this.watch(),
      () => undefined,
    );
  }

  /** Ends an engine that does not come round: until then nobody else sees it. */
  private watch(): void {
    const { log, hangMs: longest = hangMs } = this.options;
    let asked: number | null = null;
    const timer = setInterval(
      () => {
        if (asked === null) {
          asked = performance.now();
          this.call({ what: 'ping' }).then(
            () => (asked = null),
            () => undefined,
          );
        } else if (performance.now() - asked > longest) {
          log.error({ seconds: longest / 1000 }, 'engine hangs: killed');
          this.child.kill('SIGKILL');
        }
      },
      Math.min(pingEveryMs, longest / 2),
    );
    timer.unref();
    void this.ended.then(() => clearInterval(timer));
  }

  async metrics(): Promise<MetricObject[]> {
    const answer = this.call({ what: 'metrics' }) as Promise<MetricObject[]>;
    return untilAborted(answer, AbortSignal.timeout(metricsMs)).catch(() => []);
  }

  onDeath(listener: (how: string) => void): void {
    if (this.dead !== null && !this.closing) listener(this.dead);
    else this.deathListeners.push(listener);
  }

  kill(): void {
    this.closing = true;
    this.child.kill('SIGKILL');
  }

  async close(): Promise<void> {
    this.closing = true;
    if (this.dead === null) this.send({ type: 'close' });
    const timer = setTimeout(() => this.child.kill('SIGKILL'), closeMs);
    await this.ended;
    clearTimeout(timer);
  }

  private processor(queue: QueueName): StageProcessor {
    const one = (payload: object, { job }: StageContext) => {
      return { queue, payload, job, trace: this.options.tracing?.carrier() ?? {} };
    };
    return {
      run: async (payload, context) =>
        ((await this.call({ what: 'run', ...one(payload, context) }, context.signal)) as Done | null) ?? undefined,
      exhausted: async (payload, error, context) => {
        await this.call({ what: 'exhausted', error: toSent(error), ...one(payload, context) }, context.signal);
      },
    };
  }

  private call(call: Call, signal?: AbortSignal): Promise<unknown> {
    if (this.dead !== null) return Promise.reject(new EngineDiedError(`The engine has ended (${this.dead}).`));
    this.lastId += 1;
    const id = this.lastId;
    let stuck: NodeJS.Timeout | undefined;
    const abort = (): void => {
      this.send({ type: 'abort', id, reason: toSent(signal?.reason) });
      stuck = setTimeout(() => {
        this.options.log.error(
          { call: call.what, ...('queue' in call ? { queue: call.queue, job: call.job } : {}) },
          'engine stuck: killed',
        );
        this.child.kill('SIGKILL');
      }, this.options.abortMs ?? abortMs);
      stuck.unref();
    };
    return new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.send({ type: 'call', id, call });
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    }).finally(() => {
      clearTimeout(stuck);
      signal?.removeEventListener('abort', abort);
    });
  }

  /** What cannot be sent is answered by the child's end, which is on its way. */
  private send(message: ToEngine): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private settle(message: Exclude<FromEngine, { type: 'ready' }>): void {
    const call = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.type === 'answer') call?.resolve(message.value);
    else call?.reject(fromSent(message.error));
  }

  private die(how: string): void {
    this.dead = how;
    for (const { reject } of this.waiting.values())
      reject(new EngineDiedError(`The engine ended (${how}) while it had this job.`));
    this.waiting.clear();
    if (!this.closing) for (const tell of this.deathListeners) tell(how);
  }
}
