import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import {
  CreateWebhook as CreateWebhookSchema,
  DeliveryId as DeliveryIdSchema,
  ListDeliveries as ListDeliveriesSchema,
  RotateSecret as RotateSecretSchema,
  UpdateWebhook as UpdateWebhookSchema,
  WebhookId as WebhookIdSchema,
} from '@assay/contracts';
import type {
  CreateWebhook,
  Delivery,
  DeliveryId,
  DeliveryList,
  ListDeliveries,
  RotateSecret,
  TenantId,
  UpdateWebhook,
  Webhook,
  WebhookId,
  WebhookList,
  WebhookWithSecret,
} from '@assay/contracts';
import type { AddressSettings } from '@assay/fetch-media';
import {
  createWebhook,
  deleteWebhook,
  getDelivery,
  getWebhook,
  listDeliveries,
  listWebhooks,
  type Ports,
  replayDelivery,
  rotateSecret,
  type ScanQueues,
  sendTestEvent,
  updateWebhook,
} from '@assay/pipeline';
import type { Response } from 'express';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { CLOSING, PORTS, QUEUES, SENDING } from '../tokens';

const webhookParam = () => Param('webhook', new ZodPipe(WebhookIdSchema, 'webhook'));
const deliveryParam = () => Param('delivery', new ZodPipe(DeliveryIdSchema, 'delivery'));
/** An answer that holds a secret. */
const notStored = 'no-store';

@Controller('v1/webhooks')
export class WebhooksController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    @Inject(SENDING) private readonly sending: AddressSettings,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Post()
  @Describe({
    summary: 'Make a webhook',
    detail:
      'Events are sent to it as Standard Webhooks (https://www.standardwebhooks.com). The answer is the only one that holds the secret.',
    body: 'CreateWebhook',
    answers: { 201: { schema: 'WebhookWithSecret', text: 'Made, with its secret', headers: ['Location'] } },
    refusals: [400, 413, 415, 'url-not-allowed', 'url-unreachable', 'too-many-webhooks'],
  })
  async create(
    @Tenant() tenant: TenantId,
    @Body(new ZodPipe(CreateWebhookSchema)) request: CreateWebhook,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookWithSecret> {
    const webhook = await createWebhook(tenant, request, this.ports.store, this.sending, this.closing);
    response.location(`/v1/webhooks/${webhook.id}`).set('cache-control', notStored);
    return webhook;
  }

  @Get()
  @Describe({
    summary: 'List webhooks',
    answers: { 200: { schema: 'WebhookList', text: 'All of them, without their secrets' } },
  })
  async list(@Tenant() tenant: TenantId): Promise<WebhookList> {
    return { webhooks: await listWebhooks(tenant, this.ports.store, this.closing) };
  }

  @Get(':webhook')
  @Describe({
    summary: 'One webhook',
    params: { webhook: 'WebhookId' },
    answers: { 200: { schema: 'Webhook', text: 'Without its secret' } },
    refusals: [400, 'webhook-not-found'],
  })
  get(@Tenant() tenant: TenantId, @webhookParam() id: WebhookId): Promise<Webhook> {
    return getWebhook(tenant, id, this.ports.store, this.closing);
  }

  @Patch(':webhook')
  @Describe({
    summary: 'Change a webhook',
    detail: 'What is absent stays. `enabled: true` switches one on again that a 410 had switched off.',
    body: 'UpdateWebhook',
    params: { webhook: 'WebhookId' },
    answers: { 200: { schema: 'Webhook', text: 'As it is now' } },
    refusals: [400, 'webhook-not-found', 413, 415, 'url-not-allowed', 'url-unreachable'],
  })
  update(
    @Tenant() tenant: TenantId,
    @webhookParam() id: WebhookId,
    @Body(new ZodPipe(UpdateWebhookSchema)) changes: UpdateWebhook,
  ): Promise<Webhook> {
    return updateWebhook(tenant, id, changes, this.ports.store, this.sending, this.closing);
  }

  @Delete(':webhook')
  @HttpCode(204)
  @Describe({
    summary: 'Delete a webhook',
    detail: 'With its secrets and its log. What is on its way is not sent again.',
    params: { webhook: 'WebhookId' },
    answers: { 204: { text: 'Deleted' } },
    refusals: [400, 'webhook-not-found'],
  })
  async delete(@Tenant() tenant: TenantId, @webhookParam() id: WebhookId): Promise<void> {
    await deleteWebhook(tenant, id, this.ports.store, this.closing);
  }

  @Post(':webhook/rotate-secret')
  @HttpCode(200)
  @Describe({
    summary: 'Give a webhook a new secret',
    detail:
      'The one before it signs as well until `overlapSeconds` have passed. The answer is the only one that holds it.',
    body: 'RotateSecret',
    params: { webhook: 'WebhookId' },
    answers: { 200: { schema: 'WebhookWithSecret', text: 'With the new secret' } },
    refusals: [400, 'webhook-not-found', 413, 415],
  })
  async rotate(
    @Tenant() tenant: TenantId,
    @webhookParam() id: WebhookId,
    @Body(new ZodPipe(RotateSecretSchema)) request: RotateSecret,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookWithSecret> {
    response.set('cache-control', notStored);
    return rotateSecret(tenant, id, request, this.ports.store, this.closing);
  }

  @Post(':webhook/test')
  @HttpCode(202)
  @Describe({
    summary: 'Send a webhook.test event',
    bare: true,
    params: { webhook: 'WebhookId' },
    answers: { 202: { schema: 'Delivery', text: 'On its way; the log tells how it ended' } },
    refusals: [400, 'webhook-not-found', 'webhook-disabled'],
  })
  test(@Tenant() tenant: TenantId, @webhookParam() id: WebhookId): Promise<Delivery> {
    return sendTestEvent(tenant, id, { store: this.ports.store, queues: this.queues }, this.closing);
  }

  @Get(':webhook/deliveries')
  @Describe({
    summary: 'The log of a webhook, newest event first',
    detail: 'Deliveries with their last tries, for 30 days.',
    params: { webhook: 'WebhookId' },
    query: 'ListDeliveries',
    answers: { 200: { schema: 'DeliveryList', text: 'One page; give `next` as `cursor` to get the one after it' } },
    refusals: [400, 'webhook-not-found'],
  })
  deliveries(
    @Tenant() tenant: TenantId,
    @webhookParam() id: WebhookId,
    @Query(new ZodPipe(ListDeliveriesSchema)) query: ListDeliveries,
  ): Promise<DeliveryList> {
    return listDeliveries(tenant, id, query, this.ports.store, this.closing);
  }

  @Get(':webhook/deliveries/:delivery')
  @Describe({
    summary: 'One delivery',
    params: { webhook: 'WebhookId', delivery: 'DeliveryId' },
    answers: { 200: { schema: 'Delivery', text: 'With its last tries' } },
    refusals: [400, 'webhook-not-found', 'delivery-not-found'],
  })
  delivery(
    @Tenant() tenant: TenantId,
    @webhookParam() id: WebhookId,
    @deliveryParam() delivery: DeliveryId,
  ): Promise<Delivery> {
    return getDelivery(tenant, id, delivery, this.ports.store, this.closing);
  }

  @Post(':webhook/deliveries/:delivery/replay')
  @HttpCode(202)
  @Describe({
    summary: 'Send one event again',
    detail: 'Now, under the same `webhook-id`, with all tries before it. One that waits for its next try is sent now.',
    bare: true,
    params: { webhook: 'WebhookId', delivery: 'DeliveryId' },
    answers: { 202: { schema: 'Delivery', text: 'On its way' } },
    refusals: [400, 'webhook-not-found', 'delivery-not-found', 'webhook-disabled'],
  })
  replay(
    @Tenant() tenant: TenantId,
    @webhookParam() id: WebhookId,
    @deliveryParam() delivery: DeliveryId,
  ): Promise<Delivery> {
    return replayDelivery(tenant, id, delivery, { store: this.ports.store, queues: this.queues }, this.closing);
  }
}
