import './no-telemetry';
import { Worker } from 'node:worker_threads';
import { ModelError, ModelErrorCode } from '../models/model-error';
import { ModelSet } from '../models/model-set';
import { threadEntry } from './entry';
import { InferenceError } from './inference-error';
import { InferenceProvider, ProviderChoice } from './provider';
import { FromThread, InferenceTask, TaskKind, TaskResults, ThreadSetup, ToThread } from './messages';

export interface Answer {
  result: TaskResults[TaskKind];
  /** Wall milliseconds in the thread. */
  milliseconds: number;
}

interface Running {
  id: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** A thread that has not left by then is stuck in one inference; a whole batch of crops takes well under a second. */
const maxEndMs = 10_000;

/** One worker thread with its sessions; takes one task at a time. */
export class InferenceThread {
  private running: Running | null = null;
  private nextId = 0;
  private ended = false;
  private readonly worker: Worker;
  private readonly gone: Promise<void>;
  /** Resolves when the thread takes tasks; rejects with a ModelError, or an InferenceError when the thread dies first. */
  readonly ready: Promise<ProviderChoice>;

  /** @param onCrash called once when the thread ends without having been asked to */
  constructor(
    models: ModelSet,
    provider: InferenceProvider,
    private readonly onCrash: (thread: InferenceThread) => void,
  ) {
    const setup: ThreadSetup = { dir: models.dir, entries: models.entries, provider };
    this.worker = new Worker(threadEntry(), { workerData: setup, name: 'assay-inference' });
    this.gone = new Promise((resolve) => this.worker.once('exit', () => resolve()));
    this.ready = new Promise((resolve, reject) => {
      this.worker.on('message', (message: FromThread) => {
        if (message.type === 'ready') resolve(message.choice);
        else if (message.type === 'unusable')
          reject(new ModelError(message.code as ModelErrorCode, message.message, message.model));
        else this.settle(message);
      });
      const died = (why: string) => {
        const error = new InferenceError('thread_crashed', `An inference thread ended (${why}).`);
        reject(error);
        this.fail(error);
      };
      this.worker.on('error', (error) => died(error.message));
      this.worker.on('exit', (code) => died(`exit code ${code}`));
    });
    // Whoever opens the thread awaits `ready`; a crash between two awaits must not become an unhandled rejection.
    this.ready.catch(() => undefined);
  }

  get busy(): boolean {
    return this.running !== null;
  }

  run(task: InferenceTask): Promise<Answer> {
    if (this.running) throw new Error('An inference thread takes one task at a time.');
    const id = (this.nextId += 1);
    return new Promise((resolve, reject) => {
      this.running = { id, resolve, reject };
      this.post({ type: 'task', id, task });
    });
  }

  /** Loads the models that were not needed yet. */
  warm(): void {
    this.post({ type: 'warm' });
  }

  /**
   * Ends the thread; a running inference is waited for, its result is dropped. The thread leaves by itself: terminating
   * it while onnxruntime makes a session aborts the whole process ("terminate called ... Napi::Error").
   */
  async end(): Promise<void> {
    this.ended = true;
    this.reject(new InferenceError('pool_closed', 'The inference pool was closed.'));
    this.post({ type: 'end' });
    const impatience = setTimeout(() => void this.worker.terminate(), maxEndMs);
    await this.gone;
    clearTimeout(impatience);
  }

  private post(message: ToThread): void {
    this.worker.postMessage(message);
  }

  private settle(message: Extract<FromThread, { type: 'result' | 'failed' }>): void {
    const running = this.running;
    if (!running || running.id !== message.id) return;
    this.running = null;
    if (message.type === 'result') {
      running.resolve({ result: message.result, milliseconds: message.milliseconds });
    } else if (message.model !== null) {
      running.reject(new ModelError(message.code as ModelErrorCode, message.message, message.model));
    } else {
      running.reject(new InferenceError('task_failed', message.message));
    }
  }

  private fail(error: InferenceError): void {
    if (this.ended) return;
    this.reject(error);
    this.ended = true;
    this.onCrash(this);
  }

  private reject(error: InferenceError): void {
    const running = this.running;
    this.running = null;
    running?.reject(error);
  }
}
