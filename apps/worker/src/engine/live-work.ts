import { Injectable } from '@nestjs/common';

/** Whether this process works on a scan that somebody waits for, told to those that only take the time that is left over. */
@Injectable()
export class LiveWork {
  private running = 0;
  private readonly listeners = new Set<() => void>();

  get busy(): boolean {
    return this.running > 0;
  }

  /** @returns call it when the work has ended */
  begin(): () => void {
    this.running += 1;
    for (const listener of [...this.listeners]) listener();
    return () => (this.running -= 1);
  }

  /** @returns ends it */
  onBegin(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
