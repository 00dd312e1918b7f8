import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { ScanEvent } from '@assay/contracts';
import { isFinal } from './event-feed';

/** How long a browser waits before it connects again, ms. */
const retryMs = 2_000;

/** Names the event so that a reader who comes back after the end can be told so. */
export const eventId = ({ state, stage, percent }: Pick<ScanEvent, 'state' | 'stage' | 'percent'>): string =>
  isFinal({ state }) ? state : `${stage}-${percent}`;

/** One stream of server-sent events (WHATWG HTML, 9.2). Writes wait for a reader that is slow. */
export class EventStream {
  constructor(
    private readonly response: ServerResponse,
    private readonly gone: AbortSignal,
  ) {}

  open(): void {
    this.response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // Proxies of the nginx kind would otherwise keep events until a buffer is full.
      'x-accel-buffering': 'no',
    });
    this.response.write(`retry: ${retryMs}\n\n`);
  }

  send(event: ScanEvent): Promise<void> {
    return this.write(`id: ${eventId(event)}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  /** A comment: keeps proxies from closing a quiet connection, and finds out whether the reader is still there. */
  beat(): Promise<void> {
    return this.write(': still here\n\n');
  }

  end(): void {
    this.response.end();
  }

  private async write(text: string): Promise<void> {
    if (this.gone.aborted || this.response.write(text)) return;
    await once(this.response, 'drain', { signal: this.gone }).catch(() => undefined);
  }
}
