import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import {
  CreateScan as CreateScanSchema,
  CreateScanBatch as CreateScanBatchSchema,
  GetScan as GetScanSchema,
  ListScans as ListScansSchema,
  ScanId as ScanIdSchema,
} from '@assay/contracts';
import type {
  CreateScan,
  CreateScanBatch,
  GetScan,
  ListScans,
  ScanBatch,
  ScanHistory,
  ScanId,
  ScanList,
  ScanRecord,
  ScanStatus,
  TenantId,
} from '@assay/contracts';
import { cancelScan, type Ports, readScanHistory, type ScanQueues } from '@assay/pipeline';
import type { Response } from 'express';
import { noteObject } from '../audit/audit-requests';
import { Caller, type Principal, Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { scanRefusals } from '../docs/refusals';
import { untilGone } from '../http/until-gone';
import { ZodPipe } from '../http/zod.pipe';
import { dontKeepAnswer } from '../idempotency/idempotency';
import { problems } from '../problems/problems';
import { CLOSING, PORTS, QUEUES } from '../tokens';
import { mayGoBetter, ScanBatches } from './scan-batches';
import { ScanReader } from './scan-reader';
import { ScanSubmitter } from './scan-submitter';
import { ScanWaiter } from './scan-waiter';

const msPerSecond = 1_000;
/** What operators have, and nobody else. */
const ofOtherTenants = 'tenants:read';

@Controller('v1/scans')
export class ScansController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    @Inject(CLOSING) private readonly closing: AbortSignal,
    private readonly reader: ScanReader,
    private readonly waiter: ScanWaiter,
    private readonly submitter: ScanSubmitter,
    private readonly batches: ScanBatches,
  ) {}

  @Post()
  @Describe({
    summary: 'Ask for a scan',
    detail:
      'Media, policy, frame budget and model set make the id: asking again gives the same scan (200), and moves it up where `priority` is more urgent than before. A scan that failed or was cancelled starts anew (202). 422 `file-removed` where retention has removed the file: upload it again, then ask again.',
    body: 'CreateScan',
    answers: {
      202: { schema: 'ScanStatus', text: 'Under way', headers: ['Location'] },
      200: { schema: 'ScanStatus', text: 'Asked for before', headers: ['Location'] },
    },
    refusals: [400, 413, 415, ...scanRefusals],
  })
  async create(
    @Tenant() tenant: TenantId,
    @Body(new ZodPipe(CreateScanSchema)) request: CreateScan,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ScanStatus> {
    const { scan, created } = await this.submitter.submit(tenant, request);
    response.status(created ? 202 : 200).location(`/v1/scans/${scan.id}`);
    return scan;
  }

  @Post('batch')
  @HttpCode(200)
  @Describe({
    summary: 'Ask for many scans at once',
    detail:
      'Each item is asked for as by `POST /v1/scans`, and counts as one request of the minute; `defaults` are options for those that have none. A refusal of one ends no other: `results` has, in the order of the items, a scan or a problem document for each. A body that does not fit the schema is refused as a whole, and nothing is done.',
    body: 'CreateScanBatch',
    answers: { 200: { schema: 'ScanBatch', text: 'What became of each item' } },
    refusals: [400, 413, 415],
  })
  async createBatch(
    @Caller() caller: Principal,
    @Body(new ZodPipe(CreateScanBatchSchema)) request: CreateScanBatch,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ScanBatch> {
    const batch = await this.batches.submit(caller, request);
    if (mayGoBetter(batch)) dontKeepAnswer(response);
    return batch;
  }

  @Get()
  @Describe({
    summary: 'List scans, newest first',
    detail:
      'All that is given has to hold. With `label`, those that people decided on, or that are copies of what they decided on. `createdAfter` includes its time, `createdBefore` does not; scans without a probability lie in no range of it. A request looks at 1000 scans at most: where few of them fit, a page is short, or empty, before the end, and `next` is the place to look on from. A cursor is good for the query that gave it. Another `tenant` than your own needs `tenants:read` as well.',
    query: 'ListScans',
    answers: { 200: { schema: 'ScanList', text: 'One page; give `next` as `cursor` to get the one after it' } },
    refusals: [400],
  })
  async list(
    @Caller() caller: Principal,
    @Query(new ZodPipe(ListScansSchema)) { tenant = caller.tenant, ...wanted }: ListScans,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ScanList> {
    if (tenant !== caller.tenant) {
      noteObject(response, { tenant });
      if (!caller.permissions.has(ofOtherTenants)) throw problems.forbidden(ofOtherTenants);
    }
    const page = await this.ports.index.list({ ...wanted, tenant, cursor: wanted.cursor ?? null });
    return { scans: page.scans, next: page.cursor };
  }

  @Get(':scan')
  @Describe({
    summary: 'The state of a scan',
    detail:
      'With `wait`, the answer comes when the scan has ended, or when that many seconds are over. Until then `queue` says how many jobs are before it and when its verdict is expected.',
    params: { scan: 'ScanId' },
    query: 'GetScan',
    answers: { 200: { schema: 'ScanStatus', text: 'State, progress and, once there is one, the short answer' } },
    refusals: [400, 'scan-not-found'],
  })
  async get(
    @Tenant() tenant: TenantId,
    @Param('scan', new ZodPipe(ScanIdSchema, 'scan')) id: ScanId,
    @Query(new ZodPipe(GetScanSchema)) { wait }: GetScan,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ScanStatus> {
    if (wait === 0) return this.submitter.statusOf(await this.reader.get(id, tenant));
    const untilEnd = (gone: AbortSignal) => this.waiter.untilEnd(id, tenant, wait * msPerSecond, gone);
    return this.submitter.statusOf(await untilGone(response, this.closing, untilEnd));
  }

  @Get(':scan/history')
  @Describe({
    summary: 'What each model set said of the same media',
    detail:
      'Scans of the media under the same policy, the oldest first. One that a re-scan made names the scan that it judges again.',
    params: { scan: 'ScanId' },
    answers: { 200: { schema: 'ScanHistory', text: 'All of them, with their short answers' } },
    refusals: [400, 'scan-not-found'],
  })
  async history(
    @Tenant() tenant: TenantId,
    @Param('scan', new ZodPipe(ScanIdSchema, 'scan')) id: ScanId,
  ): Promise<ScanHistory> {
    return readScanHistory(await this.reader.get(id, tenant), this.ports, this.closing);
  }

  @Post(':scan/cancel')
  @HttpCode(200)
  @Describe({
    summary: 'Cancel a scan',
    detail:
      'What runs is stopped within seconds, and late results change nothing. Cancelling twice is fine; asking for the scan again starts it anew.',
    bare: true,
    params: { scan: 'ScanId' },
    answers: { 200: { schema: 'ScanRecord', text: 'Cancelled' } },
    refusals: [400, 'scan-not-found', 'scan-ended'],
  })
  async cancel(
    @Tenant() tenant: TenantId,
    @Param('scan', new ZodPipe(ScanIdSchema, 'scan')) id: ScanId,
  ): Promise<ScanRecord> {
    await this.reader.get(id, tenant);
    const scan = await cancelScan(id, this.ports, this.queues, this.closing);
    if (!scan) throw problems.scanNotFound();
    return scan;
  }
}
