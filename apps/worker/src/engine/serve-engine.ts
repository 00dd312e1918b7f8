import { type Logger, ShutdownError } from '@assay/pipeline';
import { logOf } from '../job-log';
import type { StageContext, StageProcessor } from '../stage';
import type { Call, FromEngine, ToEngine } from './messages';
import type { LocalEngine } from './open-engine';
import { fromSent, toSent } from './sent-error';

/** The child's end of `forkEngine`: does what it is called for, and answers each call once. */
export class EngineServer {
  private readonly running = new Map<number, { controller: AbortController; answer: Promise<void> }>();

  /** @param send must not throw: a caller that is gone needs no answer */
  constructor(
    private readonly engine: LocalEngine,
    private readonly log: Logger,
    private readonly send: (message: FromEngine) => void,
  ) {}

  receive(message: Exclude<ToEngine, { type: 'close' }>): void {
    const { type, id } = message;
    if (type === 'abort') return this.running.get(id)?.controller.abort(fromSent(message.reason));
    const controller = new AbortController();
    const answer = this.answer(id, message.call, controller.signal).finally(() => this.running.delete(id));
    this.running.set(id, { controller, answer });
  }

  /** The caller is gone: ends all that runs, and returns when it has ended. */
  async abandon(): Promise<void> {
    const calls = [...this.running.values()];
    for (const { controller } of calls) controller.abort(new ShutdownError());
    await Promise.all(calls.map(({ answer }) => answer));
  }

  private async answer(id: number, call: Call, signal: AbortSignal): Promise<void> {
    try {
      const value = (await this.work(call, signal)) ?? null;
      this.send({ type: 'answer', id, value });
    } catch (error) {
      this.send({ type: 'error', id, error: toSent(error) });
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
