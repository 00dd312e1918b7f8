import { oldestPending, type Ports } from '@assay/pipeline';
import { Gauge, type Registry } from 'prom-client';

const msPerSecond = 1_000;

/** How long receivers have waited for what they are to be told; asked from the store at each scrape, in one request. */
export class DeliveryGauge {
  private readonly oldest: Gauge;

  constructor(
    private readonly store: Ports['store'],
    registry: Registry,
  ) {
    this.oldest = new Gauge({
      name: 'assay_webhook_oldest_undelivered_seconds',
      help: 'Age of the oldest event that a webhook has not taken and will be sent again; 0 when there is none',
      registers: [registry],
    });
  }

  /** Never rejects: without the store the rest of the metrics is still worth telling, and an old number is not. */
  async refresh(nowMs: number, signal: AbortSignal): Promise<void> {
    this.oldest.reset();
    await oldestPending(this.store, signal).then(
      (since) => this.oldest.set(since === null ? 0 : Math.max(0, nowMs - since) / msPerSecond),
      () => this.oldest.remove(),
    );
  }
}
