import { Inject, Injectable } from '@nestjs/common';
import type { CreateScan, ScanRecord, ScanStatus, TenantId } from '@assay/contracts';
import type { AddressSettings } from '@assay/fetch-media';
import {
  addCallback,
  type Admit,
  assertMinutesFor,
  type Ports,
  queuePlaceOf,
  type ScanQueues,
  submitScan,
} from '@assay/pipeline';
import { isFinal } from '../events/event-feed';
import { CLOSING, PORTS, QUEUES, SENDING } from '../tokens';
import { refuseUncallable } from './may-call';

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
   * @throws QuotaExceededError when a scan is to be begun that would count minutes, and none are left; SubmitError; ScanStoppingError
   * @throws ProblemError 422 for a callback that may not be called; CallbackError
   */
  async submit(tenant: TenantId, { callback, ...request }: CreateScan): Promise<Asked> {
    const { store } = this.ports;
    if (callback) await refuseUncallable(tenant, callback, { store, sending: this.sending }, this.closing);
    const admit: Admit = (wanted) => assertMinutesFor(wanted, this.ports, this.closing);
    const { scan, created } = await submitScan(this.ports, this.queues, { ...request, tenant }, this.closing, admit);
    if (callback) await addCallback(scan, callback, { ...this.ports, queues: this.queues }, this.closing);
    return { scan: await this.statusOf(scan), created };
  }

  /** With its place in the queue, while it has not ended. */
  async statusOf(scan: ScanRecord): Promise<ScanStatus> {
    return { ...scan, queue: isFinal(scan) ? null : await queuePlaceOf(scan, this.queues) };
  }
}
