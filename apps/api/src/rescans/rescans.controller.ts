import { Body, Controller, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { CreateRescan as CreateRescanSchema, RescanId as RescanIdSchema } from '@assay/contracts';
import type { CreateRescan, Rescan, RescanId, RescanList } from '@assay/contracts';
import {
  cancelRescan,
  getRescan,
  listRescans,
  planRescan,
  type Ports,
  RescanError,
  type ScanQueues,
  startRescan,
} from '@assay/pipeline';
import type { Response } from 'express';
import { Caller } from '../auth/principal';
import type { Principal } from '../auth/principal';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { CLOSING, PORTS, QUEUES } from '../tokens';

@Controller('v1/rescans')
export class RescansController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Post()
  @HttpCode(202)
  @Describe({
    summary: 'Judge old scans again, by another model set',
    detail:
      'Everything that `set` judged with a probability in `between`, behind all other work. The old verdict stays. The same query again is the same re-scan, and makes no scan twice.',
    body: 'CreateRescan',
    answers: { 202: { schema: 'Rescan', text: 'Under way', headers: ['Location'] } },
    refusals: [400, 413, 415, 'unknown-model-set', 'rescan-of-same-set'],
  })
  async create(
    @Body(new ZodPipe(CreateRescanSchema)) request: CreateRescan,
    @Caller() { key }: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Rescan> {
    const { store, models } = this.ports;
    const query = await planRescan(request, models.digest, store, this.closing);
    const rescan = await startRescan(query, key, this.ports, this.queues, this.closing);
    response.location(`/v1/rescans/${rescan.id}`);
    return rescan;
  }

  @Get()
  @Describe({
    summary: 'List re-scans, newest first',
    answers: { 200: { schema: 'RescanList', text: 'Each with how far it is' } },
  })
  async list(): Promise<RescanList> {
    return { rescans: await listRescans(this.ports.store, this.closing) };
  }

  @Get(':rescan')
  @Describe({
    summary: 'One re-scan',
    params: { rescan: 'RescanId' },
    answers: { 200: { schema: 'Rescan', text: 'How far it is' } },
    refusals: [400, 'rescan-not-found'],
  })
  async get(@Param('rescan', new ZodPipe(RescanIdSchema, 'rescan')) id: RescanId): Promise<Rescan> {
    const rescan = await getRescan(id, this.ports.store, this.closing);
    if (!rescan) throw new RescanError('unknown_rescan');
    return rescan;
  }

  @Post(':rescan/cancel')
  @HttpCode(200)
  @Describe({
    summary: 'End a re-scan',
    detail: 'Scans that it has asked for already go on. Cancelling twice is fine.',
    bare: true,
    params: { rescan: 'RescanId' },
    answers: { 200: { schema: 'Rescan', text: 'Ended' } },
    refusals: [400, 'rescan-not-found'],
  })
  cancel(@Param('rescan', new ZodPipe(RescanIdSchema, 'rescan')) id: RescanId): Promise<Rescan> {
    return cancelRescan(id, this.ports.store, this.closing);
  }
}
