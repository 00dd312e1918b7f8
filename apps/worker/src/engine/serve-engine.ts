import { type Logger, ShutdownError } from '@assay/pipeline';
import { logOf } from '../job-log';
import type { StageContext, StageProcessor } from '../stage';
import type { Call, FromEngine, ToEngine } from './messages';
import type { LocalEngine } from './open-engine';
import { fromSent, toSent } from './sent-error';

/** The child's end of `forkEngine`: does what it is called for, and answers each call once. */
export class EngineServer {
  private readonly running = new Map<number, AbortController>();
  private readonly answers = new Set<Promise<void>>();

  /** @param send must not throw: a caller that is gone needs no answer */
  constructor(
    private readonly engine: LocalEngine,
    private readonly log: Logger,
    private readonly send: (message: FromEngine) => void,
  ) {}

  receive(message: Exclude<ToEngine, { type: 'close' }>): void {
    if (message.type === 'abort') this.running.get(message.id)?.abort(fromSent(message.reason));
    else this.track(this.answer(message.id, message.call));
  }

  /** The caller is gone: ends all that runs, and returns when it has ended. */
  async abandon(): Promise<void> {
    for (const controller of this.running.values()) controller.abort(new ShutdownError());
    await Promise.all(this.answers);
  }

  private track(answer: Promise<void>): void {
    this.answers.add(answer);
    void answer.finally(() => this.answers.delete(answer));
  }

  private async answer(id: number, call: Call): Promise<void> {
    const controller = new AbortController();
    this.running.set(id, controller);
    try {
      const value = (await this.work(call, controller.signal)) ?? null;
      this.send({ type: 'answer', id, value });
    } catch (error) {
      this.send({ type: 'error', id, error: toSent(error) });
    } finally {
      this.running.delete(id);
    }
  }

  private async work(call: Call, signal: AbortSignal) {
    if (call.what === 'metrics') return this.engine.metrics();
    if (call.what === 'ping') return undefined;
    const { queue, payload, job, trace } = call;
    const { processors, tracing } = this.engine;
    // Which payload belongs to which queue was checked where the job was taken.
    const processor: StageProcessor = processors[queue];
    const context: StageContext = { signal, job, log: logOf(this.log, queue, job, payload) };
    const work = async () =>
      call.what === 'run'
        ? processor.run(payload as never, context)
        : processor.exhausted?.(payload as never, fromSent(call.error), context);
    return tracing ? tracing.within(trace, work) : work();
  }
}
