import { checkPixels, Frame, sharedPixels } from '../frame';
import { ModelSet } from '../models/model-set';
import { AbortWatch } from './abort-watch';
import { InferenceError } from './inference-error';
import { Answer, InferenceThread } from './inference-thread';
import { InferenceProvider, ProviderChoice } from './provider';
import { FacePlace, CropScore, Detections, InferenceTask, ModelCrops, SharedPicture } from './messages';

export interface PoolOptions {
  /** Inference threads; each holds its own sessions (about 50 MB) and uses one core. */
  threads: number;
  /** Load the forgery detectors while the first frames are on their way (default), or when they are first needed. */
  warm?: boolean;
  /** Where sessions run, if they can (default: the CPU, whose numbers are the same everywhere). */
  provider?: InferenceProvider;
}

/** A result with the time that it took inside its thread. */
export interface Timed<T> {
  value: T;
  milliseconds: number;
}

interface Pending {
  task: InferenceTask;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
  signal: AbortSignal;
}

/** A thread that dies this often without finishing a task in between will not get better by being replaced. */
const maxCrashesInARow = 3;

/**
 * Threads that run the models, so that the caller's event loop only moves messages. Tasks start in the order in which
 * they were given. The numbers do not depend on the number of threads: no task shares a batch with another.
 *
 * Every method rejects with the signal's reason when aborted (a waiting task is dropped; a running one, some tens of
 * milliseconds long, finishes unheard), with InferenceError when its thread dies, with ModelError when a model cannot be
 * used, with RangeError for a frame whose bytes are not its pixels. Callers bound what they have in flight: a waiting `detect` holds its whole frame.
 */
export class InferencePool {
  private readonly queue: Pending[] = [];
  private readonly live = new Set<InferenceThread>();
  private readonly idle: InferenceThread[] = [];
  private readonly aborts = new AbortWatch<Pending>((pending) => this.drop(pending));
  private crashesInARow = 0;
  private closed = false;
  /** Why no thread is left, and none will be. */
  private broken: unknown = null;
  private chosen: ProviderChoice;

  private constructor(
    readonly models: ModelSet,
    readonly threads: number,
    private readonly warm: boolean,
    private readonly wished: InferenceProvider,
  ) {
    this.chosen = { provider: wished, fallback: null };
  }

  /** Where the sessions run, and why not where they should. */
  get choice(): ProviderChoice {
    return this.chosen;
  }

  /** Every method fails at once: another pool has to be opened. */
  get isBroken(): boolean {
    return this.broken !== null;
  }

  /** @throws ModelError when the models cannot be loaded */
  static async open(models: ModelSet, { threads, warm = true, provider = 'cpu' }: PoolOptions): Promise<InferencePool> {
    const pool = new InferencePool(models, Math.max(1, Math.floor(threads)), warm, provider);
    const started = Array.from({ length: pool.threads }, () => pool.startThread());
    try {
      await Promise.all(started);
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** Faces of one frame, in px of that frame. */
  async detect(
    frame: Frame,
    limits: { minSizePx: number; maxFaces: number },
    signal: AbortSignal,
  ): Promise<Timed<Detections>> {
    return this.submit<Detections>({ kind: 'detect', picture: shared(frame), ...limits }, signal);
  }

  /** The crops that the frame detectors want of each face; an empty row where landmarks give no crop. */
  async crop(frame: Frame, faces: FacePlace[], signal: AbortSignal): Promise<Timed<ModelCrops[][]>> {
    return this.submit<ModelCrops[][]>({ kind: 'crop', picture: shared(frame), faces }, signal);
  }

  /** Logits and boundary maps, one row per face. */
  async score(faces: ModelCrops[][], signal: AbortSignal): Promise<Timed<CropScore[][]>> {
    return this.submit<CropScore[][]>({ kind: 'score', faces }, signal);
  }

  /** Ends every thread; tasks that still wait are rejected with `pool_closed`. Closing twice is fine. */
  async close(): Promise<void> {
    this.closed = true;
    this.rejectAll(closedError());
    await Promise.all([...this.live].map((thread) => thread.end()));
    this.live.clear();
  }

  private async submit<T>(task: InferenceTask, signal: AbortSignal): Promise<Timed<T>> {
    signal.throwIfAborted();
    if (this.closed) throw closedError();
    if (this.broken !== null) throw this.broken;
    const answer = await new Promise<Answer>((resolve, reject) => {
      const pending: Pending = { task, resolve, reject, signal };
      this.aborts.add(signal, pending);
      this.queue.push(pending);
      this.dispatch();
    });
    return { value: answer.result as T, milliseconds: answer.milliseconds };
  }

  private dispatch(): void {
    while (this.idle.length > 0 && this.queue.length > 0) {
      const thread = this.idle.shift()!;
      const pending = this.queue.shift()!;
      thread.run(pending.task).then(
        (answer) => {
          this.crashesInARow = 0;
          this.release(thread, pending);
          pending.resolve(answer);
        },
        (error: unknown) => {
          this.release(thread, pending);
          pending.reject(error);
        },
      );
    }
  }

  /** Aborted: a waiting task leaves the queue; a running one finishes, and nobody hears it. */
  private drop(pending: Pending): void {
    const at = this.queue.indexOf(pending);
    if (at >= 0) this.queue.splice(at, 1);
    pending.reject(pending.signal.reason);
  }

  private release(thread: InferenceThread, pending: Pending): void {
    this.aborts.remove(pending.signal, pending);
    if (this.live.has(thread)) this.idle.push(thread);
    this.dispatch();
  }

  private async startThread(): Promise<void> {
    const thread = new InferenceThread(this.models, this.wished, (crashed) => this.replace(crashed));
    this.live.add(thread);
    try {
      this.chosen = await thread.ready;
    } catch (error) {
      // One that cannot use its models is still there, and would pass for one that takes tasks.
      this.live.delete(thread);
      await thread.end();
      throw error;
    }
    if (this.closed) return;
    if (this.warm) thread.warm();
    this.idle.push(thread);
    this.dispatch();
  }

  private replace(crashed: InferenceThread): void {
    this.live.delete(crashed);
    const at = this.idle.indexOf(crashed);
    if (at >= 0) this.idle.splice(at, 1);
    if (this.closed) return;
    this.crashesInARow += 1;
    if (this.crashesInARow > maxCrashesInARow) {
      this.giveUp(new InferenceError('thread_crashed', 'Inference threads keep ending: see the log of the host.'));
      return;
    }
    this.startThread().catch((error: unknown) => this.giveUp(error));
  }

  /** On a thread; on all that waits when it was the last one. */
  private giveUp(error: unknown): void {
    if (this.live.size > 0) return;
    this.broken = error;
    this.rejectAll(error);
  }

  private rejectAll(error: unknown): void {
    for (const pending of this.queue.splice(0)) {
      this.aborts.remove(pending.signal, pending);
      pending.reject(error);
    }
  }
}

const closedError = () => new InferenceError('pool_closed', 'The inference pool was closed.');

function shared(frame: Frame): SharedPicture {
  checkPixels(frame);
  const { width, height, data } = frame;
  return { width, height, data: sharedPixels(data) };
}
