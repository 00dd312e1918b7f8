import { FetchMediaError } from './fetch-media-error';
import { connectTimeoutMs, type FetchMediaSettings, idleTimeoutMs, totalTimeoutMs } from './settings';

/** The time caps of one fetch, over all its redirects. Each ends it with a `timeout` of its own words. */
export class Deadlines {
  private readonly controller = new AbortController();
  private readonly whole: NodeJS.Timeout;
  private step: NodeJS.Timeout | undefined;

  constructor(
    private readonly settings: FetchMediaSettings,
    private readonly caller: AbortSignal,
  ) {
    this.whole = this.after(settings.totalTimeoutMs ?? totalTimeoutMs, 'The download did not finish in time.');
    if (caller.aborted) this.onCaller();
    else caller.addEventListener('abort', this.onCaller, { once: true });
  }

  /** Aborted with a FetchMediaError, or with the caller's own reason. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  connecting(): void {
    clearTimeout(this.step);
    this.step = this.after(
      this.settings.connectTimeoutMs ?? connectTimeoutMs,
      'The server could not be reached in time.',
    );
  }

  /** The server has been heard, or is about to be: the clock of its silence starts again. */
  listening(): void {
    clearTimeout(this.step);
    this.step = this.after(this.settings.idleTimeoutMs ?? idleTimeoutMs, 'The server fell silent.');
  }

  /** What is waited for is our own side: a slow store is no silence of the server. */
  pause(): void {
    clearTimeout(this.step);
  }

  end(reason?: unknown): void {
    clearTimeout(this.whole);
    clearTimeout(this.step);
    this.caller.removeEventListener('abort', this.onCaller);
    if (reason !== undefined) this.controller.abort(reason);
  }

  private readonly onCaller = (): void => this.end(this.caller.reason);

  private after(ms: number, message: string): NodeJS.Timeout {
    return setTimeout(() => this.end(new FetchMediaError('timeout', message)), ms);
  }
}
