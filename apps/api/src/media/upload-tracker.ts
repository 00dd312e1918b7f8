import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { underAny } from '@assay/pipeline';

/** What every upload of this process has in common: an end when the sender leaves or the service closes. */
export class UploadTracker {
  private readonly active = new Set<Promise<unknown>>();
  private readonly stopping = new AbortController();

  constructor() {
    // As many as there are uploads.
    setMaxListeners(0, this.stopping.signal);
  }

  get count(): number {
    return this.active.size;
  }

  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Runs one upload under a signal that ends it. */
  async run<T>(request: IncomingMessage, receive: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const sender = new AbortController();
    const gone = () => {
      if (!request.complete) sender.abort(new SenderGoneError());
    };
    // Taking in is over; what follows (a copy inside the store) may be silent for longer than a sender may be.
    const received = () => request.socket.setTimeout(0);
    request.once('close', gone).once('end', received);
    if (request.destroyed) gone();
    try {
      return await this.track(sender.signal, receive);
    } finally {
      request.off('close', gone).off('end', received);
    }
  }

  /** Runs what was asked for by a request that has ended already, and ends it when nobody waits for the answer. */
  async runFor<T>(response: ServerResponse, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const asker = new AbortController();
    const gone = () => asker.abort(new SenderGoneError());
    response.once('close', gone);
    if (response.destroyed) gone();
    // The caller has nothing more to say, however long it takes.
    response.socket?.setTimeout(0);
    try {
      return await this.track(asker.signal, work);
    } finally {
      response.off('close', gone);
    }
  }

  /** Runs what is to go on when nobody waits any more: only the end of the service ends it. */
  runToEnd<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.track(new AbortController().signal, work);
  }

  private async track<T>(signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const work = underAny([signal, this.stopping.signal], start);
    this.active.add(work);
    try {
      return await work;
    } finally {
      this.active.delete(work);
    }
  }

  /** Lets uploads finish, but no longer than `graceMs`; resolves when all have ended and cleaned up. */
  async drain(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.stopping.abort(new ServiceClosingError()), graceMs);
    await Promise.allSettled(this.active);
    clearTimeout(timer);
  }
}

export class SenderGoneError extends Error {
  override readonly name = 'SenderGoneError';
}

export class ServiceClosingError extends Error {
  override readonly name = 'ServiceClosingError';
}
