import { Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import {
  CallbackId as CallbackIdSchema,
  DeliveryId as DeliveryIdSchema,
  ScanId as ScanIdSchema,
} from '@assay/contracts';
import type { CallbackId, CallbackList, Delivery, DeliveryId, ScanId, TenantId } from '@assay/contracts';
import { listCallbackLogs, type Ports, replayCallback, type ScanQueues } from '@assay/pipeline';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { CLOSING, PORTS, QUEUES } from '../tokens';
import { ScanReader } from './scan-reader';

const scanParam = () => Param('scan', new ZodPipe(ScanIdSchema, 'scan'));

@Controller('v1/scans/:scan/callbacks')
export class CallbacksController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    @Inject(CLOSING) private readonly closing: AbortSignal,
    private readonly reader: ScanReader,
  ) {}

  @Get()
  @Describe({
    summary: 'Who is called when something becomes of a scan, and how the calls went',
    params: { scan: 'ScanId' },
    answers: {
      200: { schema: 'CallbackList', text: 'The oldest callback first, each with its calls of the last 30 days' },
    },
    refusals: [400, 'scan-not-found'],
  })
  async list(@Tenant() tenant: TenantId, @scanParam() id: ScanId): Promise<CallbackList> {
    await this.reader.get(id, tenant);
    return { callbacks: await listCallbackLogs(id, this.ports.store, this.closing) };
  }

  @Post(':callback/deliveries/:delivery/replay')
  @HttpCode(202)
  @Describe({
    summary: 'Call once more',
    detail: 'Now, under the same `webhook-id`, with all tries before it. One that waits for its next try is sent now.',
    bare: true,
    params: { scan: 'ScanId', callback: 'CallbackId', delivery: 'DeliveryId' },
    answers: { 202: { schema: 'Delivery', text: 'On its way' } },
    refusals: [400, 'scan-not-found', 'delivery-not-found'],
  })
  async replay(
    @Tenant() tenant: TenantId,
    @scanParam() scan: ScanId,
    @Param('callback', new ZodPipe(CallbackIdSchema, 'callback')) callback: CallbackId,
    @Param('delivery', new ZodPipe(DeliveryIdSchema, 'delivery')) delivery: DeliveryId,
  ): Promise<Delivery> {
    await this.reader.get(scan, tenant);
    const parts = { store: this.ports.store, queues: this.queues };
    return replayCallback({ scan, callback, delivery }, parts, this.closing);
  }
}
