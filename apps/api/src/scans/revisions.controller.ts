import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { RevisionNumber as RevisionNumberSchema, ScanId as ScanIdSchema } from '@assay/contracts';
import type { RevisionNumber, ScanId, TenantId, VerdictHistory, VerdictSignature } from '@assay/contracts';
import { type Ports, readRevision, verdictHistory } from '@assay/pipeline';
import type { Response } from 'express';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { problems } from '../problems/problems';
import { CLOSING, PORTS } from '../tokens';
import { ScanReader } from './scan-reader';

const scanParam = () => Param('scan', new ZodPipe(ScanIdSchema, 'scan'));
const numberParam = () => Param('revision', new ZodPipe(RevisionNumberSchema, 'revision'));

@Controller('v1/scans/:scan/verdict/revisions')
export class RevisionsController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(CLOSING) private readonly closing: AbortSignal,
    private readonly reader: ScanReader,
  ) {}

  @Get()
  @Describe({
    summary: 'All that was published for a scan',
    detail: 'A verdict is revised when a decision on media that it looks like changes; what was measured never is.',
    params: { scan: 'ScanId' },
    answers: { 200: { schema: 'VerdictHistory', text: 'Oldest first; the last is the one that stands' } },
    refusals: [400, 'scan-not-found', 'revision-not-found', 'verdict-not-ready', 'no-verdict'],
  })
  async list(@Tenant() tenant: TenantId, @scanParam() scan: ScanId): Promise<VerdictHistory> {
    await this.reader.get(scan, tenant);
    const history = await verdictHistory(scan, this.ports, this.closing);
    if (history) return history;
    await this.reader.verdict(scan, tenant);
    throw problems.revisionNotFound();
  }

  @Get(':revision')
  @Describe({
    summary: 'A verdict as it was published',
    params: { scan: 'ScanId', revision: 'RevisionNumber' },
    answers: { 200: { schema: 'Verdict', text: 'Byte for byte' } },
    refusals: [400, 'scan-not-found', 'revision-not-found'],
  })
  async verdict(
    @Tenant() tenant: TenantId,
    @scanParam() scan: ScanId,
    @numberParam() revision: RevisionNumber,
    @Res() response: Response,
  ): Promise<void> {
    const { body } = await this.find(scan, revision, tenant);
    response
      .set({ 'cache-control': 'private, no-cache', 'content-type': 'application/json; charset=utf-8' })
      .send(body);
  }

  @Get(':revision/signature')
  @Describe({
    summary: 'The signature of that verdict',
    params: { scan: 'ScanId', revision: 'RevisionNumber' },
    answers: { 200: { schema: 'VerdictSignature', text: 'As it was published' } },
    refusals: [400, 'scan-not-found', 'revision-not-found', 'signature-not-found'],
  })
  async signature(
    @Tenant() tenant: TenantId,
    @scanParam() scan: ScanId,
    @numberParam() revision: RevisionNumber,
  ): Promise<VerdictSignature> {
    const { signature } = await this.find(scan, revision, tenant);
    if (!signature) throw problems.signatureNotFound();
    return signature;
  }

  private async find(scan: ScanId, revision: RevisionNumber, tenant: TenantId) {
    await this.reader.get(scan, tenant);
    const found = await readRevision({ scan, revision: Number(revision) }, this.ports, this.closing);
    if (!found) throw problems.revisionNotFound();
    return found;
  }
}
