import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import {
  ExportKnownMedia as ExportKnownMediaSchema,
  ImportKnownList as ImportKnownListSchema,
  KnownListId as KnownListIdSchema,
  maxHashListRows,
} from '@assay/contracts';
import type {
  ExportKnownMedia,
  HashList,
  ImportKnownList,
  KnownList,
  KnownListId,
  KnownLists,
  TenantId,
} from '@assay/contracts';
import {
  exportKnownMedia,
  importKnownList,
  listKnownLists,
  type Ports,
  readHashList,
  removeKnownList,
  rowsOfKnownList,
  type ScanQueues,
  sharedScope,
  sweepSoon,
} from '@assay/pipeline';
import type { Response } from 'express';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { CLOSING, PORTS, QUEUES } from '../tokens';

const listParam = () => Param('list', new ZodPipe(KnownListIdSchema, 'list'));

@Controller('v1')
export class KnownListsController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Get('known-lists')
  @Describe({
    summary: 'Hash lists that scans are compared with',
    detail: 'Your own, and those that the operator shares with all.',
    answers: { 200: { schema: 'KnownLists', text: 'In the order of their making' } },
  })
  async list(@Tenant() tenant: TenantId): Promise<KnownLists> {
    const own = await listKnownLists(tenant, this.ports, this.closing);
    return { lists: [...own, ...(await listKnownLists(sharedScope, this.ports, this.closing))] };
  }

  @Post('known-lists')
  @Describe({
    summary: 'Import a hash list',
    detail:
      'Rows as python-threatexchange has them: `pdq`, `vpdq`, `video_md5` and `photo_md5` are compared with scans from now on, others are counted and passed over. `assay known import` takes CSV and plain lines as well. Up to 16 MB and 100,000 rows.',
    body: 'ImportKnownList',
    answers: { 201: { schema: 'KnownList', text: 'The list', headers: ['Location'] } },
    refusals: [400, 413, 415, 'unusable-list'],
  })
  async import(
    @Tenant() tenant: TenantId,
    @Body(new ZodPipe(ImportKnownListSchema, '', maxHashListRows)) { name, label, rows }: ImportKnownList,
    @Res({ passthrough: true }) response: Response,
  ): Promise<KnownList> {
    const list = { name, label, ...readHashList(rows) };
    waitsFor(response);
    const made = await importKnownList(tenant, list, this.ports, this.closing);
    response.location(`/v1/known-lists/${made.id}`);
    return made;
  }

  @Get('known-lists/:list')
  @Describe({
    summary: 'The rows of a list of your own',
    params: { list: 'KnownListId' },
    answers: { 200: { schema: 'HashList', text: 'All of them, as they are matched' } },
    refusals: [400, 'known-list-not-found'],
  })
  async rows(@Tenant() tenant: TenantId, @listParam() list: KnownListId): Promise<HashList> {
    return { rows: await rowsOfKnownList(tenant, list, this.ports, this.closing), next: null };
  }

  @Delete('known-lists/:list')
  @HttpCode(204)
  @Describe({
    summary: 'Remove a list of your own',
    detail: 'Verdicts that speak of it are revised.',
    params: { list: 'KnownListId' },
    answers: { 204: { text: 'Removed' } },
    refusals: [400, 'known-list-not-found', 'on-hold'],
  })
  async remove(
    @Tenant() tenant: TenantId,
    @listParam() list: KnownListId,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    waitsFor(response);
    await removeKnownList(tenant, list, this.ports, this.closing);
    await sweepSoon(this.queues, list, this.ports.log);
  }

  @Get('known-media/export')
  @Describe({
    summary: 'Media that you decided on, as a hash list',
    detail:
      'Rows that `threatexchange` and HMA read: `category` is POSITIVE_CLASS for confirmed manipulated media, NEGATIVE_CLASS for authentic ones, INVESTIGATION_SEED where nobody could tell. Without names of files.',
    query: 'ExportKnownMedia',
    answers: { 200: { schema: 'HashList', text: 'One page; give `next` as `cursor` to get the one after it' } },
    refusals: [400],
  })
  export(
    @Tenant() tenant: TenantId,
    @Query(new ZodPipe(ExportKnownMediaSchema)) query: ExportKnownMedia,
  ): Promise<HashList> {
    return exportKnownMedia(tenant, query, this.ports, this.closing);
  }
}

/** A list of 100,000 rows takes its time, and its caller has nothing more to say: silence is no reason to end the connection. */
const waitsFor = (response: Response): void => void response.socket?.setTimeout(0);
