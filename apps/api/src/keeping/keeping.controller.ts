import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import {
  ErasureId as ErasureIdSchema,
  HoldId as HoldIdSchema,
  ListErasures as ListErasuresSchema,
  PlaceHold as PlaceHoldSchema,
  RequestErasure as RequestErasureSchema,
  Retention as RetentionSchema,
} from '@assay/contracts';
import type {
  Erasure,
  ErasureId,
  ErasureList,
  Hold,
  HoldId,
  HoldList,
  ListErasures,
  PlaceHold,
  RequestErasure,
  Retention,
  TenantId,
} from '@assay/contracts';
import {
  getErasure,
  liftHold,
  listErasures,
  listHolds,
  placeHold,
  type Ports,
  requestErasure,
  retentionOf,
  type ScanQueues,
  setRetention,
} from '@assay/pipeline';
import type { Response } from 'express';
import { noteObject } from '../audit/audit-requests';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { CLOSING, PORTS, QUEUES, RETENTION, UPLOADS } from '../tokens';
import type { ResumableUploads } from '../uploads/open-uploads';

@Controller('v1')
export class KeepingController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    @Inject(RETENTION) private readonly fallback: Retention,
    @Inject(UPLOADS) private readonly uploads: ResumableUploads,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Post('erasures')
  @HttpCode(202)
  @Describe({
    summary: 'Erase a media item, everything about a subject, or everything',
    detail:
      'Bytes, scans, verdicts, evidence, events, deliveries, index entries, jobs and kept answers. Goes on by itself, whatever dies meanwhile; `receipt` says what was removed. What a hold covers stays until the hold is lifted, and is named.',
    body: 'RequestErasure',
    answers: { 202: { schema: 'Erasure', text: 'Begun', headers: ['Location'] } },
    refusals: [400, 413, 415],
  })
  async erase(
    @Tenant() tenant: TenantId,
    @Body(new ZodPipe(RequestErasureSchema)) request: RequestErasure,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Erasure> {
    const { store } = this.ports;
    const erasure = await requestErasure(tenant, request, { store, queues: this.queues }, this.closing);
    // So that it is soon done. It has begun, whatever becomes of this: the sweep does the same.
    await this.uploads.sweeper.eraseUploads(this.closing).catch(() => undefined);
    noteObject(response, { erasure: erasure.id });
    response.location(`/v1/erasures/${erasure.id}`);
    return erasure;
  }

  @Get('erasures')
  @Describe({
    summary: 'List erasures, newest first',
    query: 'ListErasures',
    answers: { 200: { schema: 'ErasureList', text: 'One page; give `next` as `cursor` to get the one after it' } },
    refusals: [400],
  })
  list(@Tenant() tenant: TenantId, @Query(new ZodPipe(ListErasuresSchema)) query: ListErasures): Promise<ErasureList> {
    return listErasures(tenant, query, this.ports.store, this.closing);
  }

  @Get('erasures/:erasure')
  @Describe({
    summary: 'How far an erasure is, and its receipt',
    params: { erasure: 'ErasureId' },
    answers: { 200: { schema: 'Erasure', text: 'With the receipt once it is done' } },
    refusals: [400, 'erasure-not-found'],
  })
  get(
    @Tenant() tenant: TenantId,
    @Param('erasure', new ZodPipe(ErasureIdSchema, 'erasure')) id: ErasureId,
  ): Promise<Erasure> {
    return getErasure(tenant, id, this.ports.store, this.closing);
  }

  @Post('holds')
  @HttpCode(201)
  @Describe({
    summary: 'Place a legal hold',
    detail: 'From this answer on, nothing that it covers is deleted: not by request, not by retention.',
    body: 'PlaceHold',
    answers: { 201: { schema: 'Hold', text: 'Placed' } },
    refusals: [400, 'media-not-found', 'being-deleted', 413, 415],
  })
  async hold(
    @Tenant() tenant: TenantId,
    @Body(new ZodPipe(PlaceHoldSchema)) request: PlaceHold,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Hold> {
    const hold = await placeHold(tenant, request, this.ports.store, this.closing);
    noteObject(response, { hold: hold.id });
    return hold;
  }

  @Get('holds')
  @Describe({ summary: 'List holds', answers: { 200: { schema: 'HoldList', text: 'All that are in force' } } })
  async holds(@Tenant() tenant: TenantId): Promise<HoldList> {
    return { holds: await listHolds(tenant, this.ports.store, this.closing) };
  }

  @Delete('holds/:hold')
  @HttpCode(204)
  @Describe({
    summary: 'Lift a hold',
    detail: 'Erasures that waited for it go on within two minutes.',
    params: { hold: 'HoldId' },
    answers: { 204: { text: 'Lifted' } },
    refusals: [400, 'hold-not-found'],
  })
  async lift(@Tenant() tenant: TenantId, @Param('hold', new ZodPipe(HoldIdSchema, 'hold')) id: HoldId): Promise<void> {
    await liftHold(tenant, id, this.ports.store, this.closing);
  }

  @Get('retention')
  @Describe({
    summary: 'How long what is kept',
    answers: { 200: { schema: 'Retention', text: 'As set, or else as the operator has it' } },
  })
  retention(@Tenant() tenant: TenantId): Promise<Retention> {
    return retentionOf(tenant, this.fallback, this.ports.store, this.closing);
  }

  @Put('retention')
  @Describe({
    summary: 'Set how long what is kept',
    detail: 'In days; null = until it is deleted. Holds for what is there already too, from the next look on (daily).',
    body: 'Retention',
    answers: { 200: { schema: 'Retention', text: 'As it is now' } },
    refusals: [400, 413, 415],
  })
  async retain(
    @Tenant() tenant: TenantId,
    @Body(new ZodPipe(RetentionSchema)) retention: Retention,
  ): Promise<Retention> {
    await setRetention(tenant, retention, this.ports.store, this.closing);
    return retention;
  }
}
