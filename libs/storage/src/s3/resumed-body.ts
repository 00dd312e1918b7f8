import { finished, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** Failures in a row, without a byte in between, after which the store is not there, and not only a connection. */
const maxFailuresInARow = 3;
/** In all: a body that breaks off more often than this would not come within anybody's patience. */
const maxFailures = 20;
/** Before the first new try, ms; before the next ones this many times more. */
const pauseMs = 100;

/**
 * The bytes of an answer whose connection may break off: read on where it stopped, so that the last of four gigabytes does
 * not cost the first three again. Ends with the last failure when the store does not come back.
 */
export class ResumedBody extends Readable {
  private body: Readable | null = null;
  private bytes = 0;
  private failures = 0;
  private failuresInARow = 0;

  /** @param reopen the body from a byte of the first one on; rejects when there is none to be had */
  constructor(
    first: Readable,
    private readonly reopen: (from: number) => Promise<Readable>,
    private readonly errorOf: (error: unknown) => Error,
    private readonly onBytes: (bytes: number) => void = () => undefined,
  ) {
    super();
    this.follow(first);
  }

  override _read(): void {
    this.body?.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.body?.destroy();
    done(error);
  }

  private follow(body: Readable): void {
    this.body = body;
    body.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      this.onBytes(chunk.length);
      this.failuresInARow = 0;
      if (!this.push(chunk)) body.pause();
    });
    finished(body, { writable: false }, (error) => {
      if (error) void this.goOn(error);
      else this.push(null);
    });
  }

  private async goOn(failure: unknown): Promise<void> {
    if (this.destroyed) return;
    this.failures += 1;
    this.failuresInARow += 1;
    try {
      if (this.failuresInARow >= maxFailuresInARow || this.failures >= maxFailures) throw failure;
      await sleep(pauseMs * this.failuresInARow);
      if (this.destroyed) return;
      const body = await this.reopen(this.bytes);
      if (this.destroyed) body.destroy();
      else this.follow(body);
    } catch (error) {
      this.destroy(this.errorOf(error));
    }
  }
}
