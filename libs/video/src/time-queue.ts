/** Times that arrive on one pipe for frames that arrive on another: first in, first out, either may be early. */
export class TimeQueue {
  private readonly times: number[] = [];
  private closed = false;
  private wake: (() => void) | undefined;

  push(seconds: number): void {
    this.times.push(seconds);
    this.wake?.();
  }

  /** No more times will come. */
  close(): void {
    this.closed = true;
    this.wake?.();
  }

  /** The next time, or null when no more will come. One caller at a time. */
  async next(): Promise<number | null> {
    while (this.times.length === 0 && !this.closed) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.times.shift() ?? null;
  }
}
