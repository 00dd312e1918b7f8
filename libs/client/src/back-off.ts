import { pause } from './pause';

/** First pause, ms; doubles with each try that brought nothing. */
const firstPauseMs = 500;
const longestPauseMs = 15_000;

/** Pauses between tries that go on until something comes of them. */
export class BackOff {
  private pauseMs = firstPauseMs;

  /** Something came: the next pause is a short one. */
  reset(): void {
    this.pauseMs = firstPauseMs;
  }

  /** @throws the signal's reason when it is aborted */
  async pause(signal?: AbortSignal): Promise<void> {
    await pause(this.pauseMs, signal);
    this.pauseMs = Math.min(this.pauseMs * 2, longestPauseMs);
  }
}
