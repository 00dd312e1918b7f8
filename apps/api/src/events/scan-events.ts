import { setMaxListeners } from 'node:events';
import { Inject, Injectable } from '@nestjs/common';
import type { ScanEvent, ScanRecord } from '@assay/contracts';
import { eventOf, type Logger, type Ports, underAny } from '@assay/pipeline';
import type { Response } from 'express';
import { ApiMetrics } from '../metrics/api-metrics';
import { ScanReader } from '../scans/scan-reader';
import { LOG, PORTS } from '../tokens';
import { EventFeed, isFinal } from './event-feed';
import { EventStream } from './event-stream';

/** Common proxies close a connection that is silent for 30 or 60 s, ms. */
const heartbeatMs = 15_000;

/** Tells one listener after the other how a scan goes on. */
@Injectable()
export class ScanEvents {
  private readonly closing = new AbortController();
  private readonly open = new Set<Promise<void>>();

  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(LOG) private readonly log: Logger,
    private readonly reader: ScanReader,
    private readonly metrics: ApiMetrics,
  ) {
    // As many as there are listeners.
    setMaxListeners(0, this.closing.signal);
  }

  /** Resolves when the stream has ended and its subscription is gone. @throws ProblemError before the first byte */
  async stream(scan: ScanRecord, response: Response): Promise<void> {
    const listener = new AbortController();
    const leave = () => listener.abort();
    response.once('close', leave);
    if (response.destroyed) leave();
    const work = underAny([listener.signal, this.closing.signal], (gone) => this.serve(scan, response, gone));
    this.open.add(work);
    this.metrics.eventStreams.inc();
    try {
      await work;
    } finally {
      this.metrics.eventStreams.dec();
      this.open.delete(work);
      response.off('close', leave);
    }
  }

  /** Ends all streams; listeners connect again, to whichever instance is there. */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.allSettled(this.open);
  }

  private async serve(scan: ScanRecord, response: Response, gone: AbortSignal): Promise<void> {
    const feed = new EventFeed();
    // Before the state is read: what happens in between is then heard twice rather than not at all.
    const unsubscribe = await this.ports.index.subscribe(scan.id, (event) => feed.offer(event));
    try {
      feed.offer(eventOf(await this.reader.get(scan.id, scan.tenant)));
      const stream = new EventStream(response, gone);
      stream.open();
      await this.relay(scan, feed, stream, gone);
      stream.end();
    } finally {
      await unsubscribe();
    }
  }

  private async relay(scan: ScanRecord, feed: EventFeed, stream: EventStream, gone: AbortSignal): Promise<void> {
    let last: ScanEvent | null = null;
    while (!gone.aborted) {
      const event = await feed.next(heartbeatMs, gone);
      if (event) {
        await stream.send(event);
        if (isFinal(event)) return;
        last = event;
      } else if (!gone.aborted) {
        await stream.beat();
        await this.catchUp(scan, last, feed);
      }
    }
  }

  /** Events are hints that may get lost on their way (a Redis that restarts); the record is the fact. */
  private async catchUp(scan: ScanRecord, last: ScanEvent | null, feed: EventFeed): Promise<void> {
    try {
      const record = await this.reader.find(scan.id, scan.tenant);
      if (record) feed.offer(eventOf(record));
      else if (last) feed.offer({ ...last, state: 'cancelled', at: new Date().toISOString() });
    } catch (error) {
      this.log.warn({ scan: scan.id, err: error }, 'the state of a scan could not be read; its listeners wait');
    }
  }
}
