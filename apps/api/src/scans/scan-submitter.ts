import { Inject, Injectable } from '@nestjs/common';
import type { CreateScan, ScanCallback, ScanRecord, ScanStatus, TenantId } from '@assay/contracts';
import { type AddressSettings, FetchMediaError } from '@assay/fetch-media';
import { addCallback, assertMayCall, type Ports, queuePlaceOf, type ScanQueues, submitScan } from '@assay/pipeline';
import { isFinal } from '../events/event-feed';
import { problems } from '../problems/problems';
import { CLOSING, PORTS, QUEUES, SENDING } from '../tokens';

export interface Asked {
  scan: ScanStatus;
  /** False: it was asked for before. */
  created: boolean;
}

/** Asks for scans: one at a time, in a batch, or because something was put into a bucket. */
@Injectable()
export class ScanSubmitter {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    @Inject(SENDING) private readonly sending: AddressSettings,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  /**
   * @throws QuotaExceededError when no minutes are left; SubmitError; ScanStoppingError
   * @throws ProblemError 422 for a callback that may not be called; CallbackError
   */
  async submit(tenant: TenantId, { callback, ...request }: CreateScan): Promise<Asked> {
    if (callback) await this.assertMayCall(tenant, callback);
    await this.ports.quotas?.assertMinutesLeft(tenant, this.closing);
    const { scan, created } = await submitScan(this.ports, this.queues, { ...request, tenant }, this.closing);
    if (callback) await addCallback(scan, callback, { ...this.ports, queues: this.queues }, this.closing);
    return { scan: await this.statusOf(scan), created };
  }

  private async assertMayCall(tenant: TenantId, callback: ScanCallback): Promise<void> {
    await assertMayCall(tenant, callback, this.ports.store, this.sending, this.closing).catch((error: unknown) => {
      throw error instanceof FetchMediaError ? problems.urlRefused(error.code, error.message, 'callback.url') : error;
    });
  }

  /** With its place in the queue, while it has not ended. */
  async statusOf(scan: ScanRecord): Promise<ScanStatus> {
    return { ...scan, queue: isFinal(scan) ? null : await queuePlaceOf(scan, this.queues) };
  }
}
