/** Counts only the time spent in `waitFor`, and calls `onOver` when it is used up. */
export class Patience {
  /** True once the time is used up. */
  isOver = false;
  private leftMs: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    totalMs: number,
    private readonly onOver: () => void,
  ) {
    this.leftMs = totalMs;
  }

  async waitFor<T>(work: Promise<T>): Promise<T> {
    const began = performance.now();
    this.timer = setTimeout(() => {
      this.isOver = true;
      this.onOver();
    }, this.leftMs);
    try {
      return await work;
    } finally {
      clearTimeout(this.timer);
      this.leftMs -= performance.now() - began;
    }
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
