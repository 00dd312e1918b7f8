import type { ScanEvent } from '@assay/contracts';

const stateRank: Record<ScanEvent['state'], number> = { queued: 0, running: 1, done: 2, failed: 2, cancelled: 2 };

export const isFinal = ({ state }: Pick<ScanEvent, 'state'>): boolean => stateRank[state] === 2;

/**
 * Holds what one listener has not been told yet: at most one event. A slow listener skips progress that is out of date,
 * never the end, and costs no memory.
 */
export class EventFeed {
  private pending: ScanEvent | null = null;
  private last: ScanEvent | null = null;
  private wake: () => void = () => undefined;

  /** Takes an event, unless it says nothing new: messages may arrive twice and out of order. */
  offer(event: ScanEvent): void {
    const newest = this.pending ?? this.last;
    if (newest && (isBehind(event, newest) || isRepeated(event, newest))) return;
    // The best answer so far comes rarely; progress that overtakes it must not hide it.
    this.pending = { ...event, partial: event.partial ?? this.pending?.partial ?? null };
    this.wake();
  }

  /** @returns the next event, or null when `quietMs` passed without one or the signal ended the wait */
  async next(quietMs: number, signal: AbortSignal): Promise<ScanEvent | null> {
    if (!this.pending && !signal.aborted) await this.wait(quietMs, signal);
    const event = this.pending;
    this.pending = null;
    this.last = event ?? this.last;
    return event;
  }

  private wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
      this.wake = done;
    });
  }
}

function isBehind(event: ScanEvent, newest: ScanEvent): boolean {
  const rank = stateRank[event.state] - stateRank[newest.state];
  return rank < 0 || (rank === 0 && event.percent < newest.percent && event.partial === null);
}

function isRepeated(event: ScanEvent, newest: ScanEvent): boolean {
  const { state, stage, percent } = event;
  return event.partial === null && state === newest.state && stage === newest.stage && percent === newest.percent;
}
