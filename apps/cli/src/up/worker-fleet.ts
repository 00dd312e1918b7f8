import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../exit';
import { followLog } from './log-lines';

/** A worker that keeps crashing is started again after 1, 2, 4 ... s, at most this, so that it never eats the machine. */
const maxPauseMs = 30_000;
const firstPauseMs = 1_000;
/** A worker that ran this long was well: its next crash is a first one. */
const wellAfterMs = 60_000;
/** Worker's exit code for a configuration that cannot work: starting again will not help. */
const exitBadConfig = 78;

export interface FleetOptions {
  /** Script that a worker process runs. */
  script: string;
  count: number;
  env: Record<string, string | undefined>;
  show: (line: string) => void;
}

/**
 * Keeps a number of worker processes running. They are sessions of their own, so that Ctrl-C in the terminal reaches
 * the parent alone and the order of stopping is the parent's; they end by themselves when their channel to the parent
 * closes, however the parent ended.
 */
export class WorkerFleet {
  private readonly children = new Map<number, ChildProcess>();
  private readonly stopping = new AbortController();
  private readonly slots: Promise<void>[] = [];

  constructor(private readonly options: FleetOptions) {}

  /** @throws CliError when a worker ends before it is ready */
  async start(): Promise<void> {
    const ready = Array.from({ length: this.options.count }, (_, i) => {
      return new Promise<void>((resolve, reject) => this.slots.push(this.keep(i + 1, resolve, reject)));
    });
    await Promise.all(ready);
  }

  /** Asks all workers to finish what they have, and returns when they are gone. They bound their drain themselves. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const child of this.children.values()) child.kill('SIGTERM');
    await Promise.all(this.slots);
  }

  /** Ends all workers at once; their jobs are taken up again at the next start. */
  kill(): void {
    this.stopping.abort();
    for (const child of this.children.values()) child.kill('SIGKILL');
  }

  private async keep(slot: number, onReady: () => void, onFailed: (error: Error) => void): Promise<void> {
    let pauseMs = firstPauseMs;
    let wasReady = false;
    while (!this.stopping.signal.aborted) {
      const startedAt = Date.now();
      const code = await this.run(slot, () => {
        wasReady = true;
        onReady();
      });
      if (this.stopping.signal.aborted) break;
      if (!wasReady || code === exitBadConfig) {
        onFailed(new CliError(`Worker ${slot} did not start (exit ${code}); its last lines say why.`));
        return;
      }
      if (Date.now() - startedAt > wellAfterMs) pauseMs = firstPauseMs;
      this.options.show(`worker ${slot} ended (exit ${code}); starting it again in ${pauseMs / 1000} s`);
      await sleep(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, maxPauseMs);
    }
    onFailed(new CliError('The workers were stopped.'));
  }

  /** @returns the exit code, or the name of the signal that ended it */
  private run(slot: number, onReady: () => void): Promise<number | string> {
    const { script, env, show } = this.options;
    return new Promise((resolve) => {
      const child = fork(script, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
      this.children.set(slot, child);
      followLog(`worker ${slot}`, child.stdout, show);
      followLog(`worker ${slot}`, child.stderr, show);
      child.on('message', (message) => {
        if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready') onReady();
      });
      const end = (code: number | string): void => {
        this.children.delete(slot);
        resolve(code);
      };
      child.once('error', (error) => end(error.message));
      child.once('exit', (code, signal) => end(code ?? signal ?? 'unknown'));
    });
  }
}
