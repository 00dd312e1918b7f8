import { Inject, Injectable } from '@nestjs/common';
import type { ScanId, ScanRecord, TenantId } from '@assay/contracts';
import type { Ports } from '@assay/pipeline';
import { isFinal } from '../events/event-feed';
import { PORTS } from '../tokens';
import { ScanReader } from './scan-reader';

/** Events are hints that may get lost on their way: the record is looked at as often as this, ms. */
const lookEveryMs = 5_000;

/** For those who ask once and wait for the answer. */
@Injectable()
export class ScanWaiter {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    private readonly reader: ScanReader,
  ) {}

  /**
   * @param gone ends the wait early
   * @returns the scan when it has ended, or as it is when the time is up
   * @throws ProblemError 404, also when it is deleted meanwhile
   */
  async untilEnd(scan: ScanId, tenant: TenantId, waitMs: number, gone: AbortSignal): Promise<ScanRecord> {
    const until = Date.now() + waitMs;
    let wake = (): void => undefined;
    // Before the record is read: an end in between is then heard.
    const unsubscribe = await this.ports.index.subscribe(scan, (event) => isFinal(event) && wake());
    try {
      for (;;) {
        const heard = new Promise<void>((resolve) => (wake = resolve));
        const record = await this.reader.get(scan, tenant);
        const left = until - Date.now();
        if (isFinal(record) || left <= 0 || gone.aborted) return record;
        await earliest(heard, Math.min(left, lookEveryMs), gone);
      }
    } finally {
      await unsubscribe();
    }
  }
}

function earliest(heard: Promise<void>, ms: number, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      gone.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    gone.addEventListener('abort', done, { once: true });
    void heard.then(done);
  });
}
