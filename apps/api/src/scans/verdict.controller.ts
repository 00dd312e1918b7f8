import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { EvidenceName, ScanId as ScanIdSchema } from '@assay/contracts';
import type { ScanId, TenantId, VerdictSignature } from '@assay/contracts';
import { keys, type Ports } from '@assay/pipeline';
import type { Request, Response } from 'express';
import { Caller, type Principal, Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { problems } from '../problems/problems';
import { CLOSING, PORTS } from '../tokens';
import { ScanReader } from './scan-reader';

/** Ask again each time, and get 304 while it is the same: deletion must take effect at once. */
const revalidate = 'private, no-cache';
/** What is opened by a link may be shown by pages of others, and is kept no longer than the link goes. */
const linked = (name: string, linkUntil: number) => ({
  'cache-control': `private, max-age=${Math.max(0, Math.floor((linkUntil - Date.now()) / 1000))}`,
  'cross-origin-resource-policy': 'cross-origin',
  'content-disposition': `inline; filename="${name}"`,
  // As all answers have it; said again, since the address itself opens something.
  'referrer-policy': 'no-referrer',
});
const contentTypes: Record<string, string> = { '.jpg': 'image/jpeg', '.svg': 'image/svg+xml; charset=utf-8' };
/** An SVG that is opened by itself is a document: it may draw, and nothing else. */
const evidencePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

@Controller('v1/scans/:scan')
export class VerdictController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(CLOSING) private readonly closing: AbortSignal,
    private readonly reader: ScanReader,
  ) {}

  @Get('verdict')
  @Describe({
    summary: 'The verdict',
    detail: 'Byte for byte as it is stored. 404 with type `verdict-not-ready` while the scan is under way.',
    params: { scan: 'ScanId' },
    takes: ['If-None-Match'],
    answers: {
      200: { schema: 'Verdict', text: 'The verdict', headers: ['ETag'] },
      304: { text: 'Unchanged since the ETag in If-None-Match' },
    },
    refusals: [400, 'scan-not-found', 'verdict-not-ready', 'no-verdict'],
  })
  async verdict(
    @Tenant() tenant: TenantId,
    @Param('scan', new ZodPipe(ScanIdSchema, 'scan')) id: ScanId,
    @Res() response: Response,
  ): Promise<void> {
    const { body, etag } = await this.reader.verdict(id, tenant);
    // `send` answers 304 by itself when the tag matches.
    response.set({ etag, 'cache-control': revalidate, 'content-type': 'application/json; charset=utf-8' }).send(body);
  }

  @Get('verdict/signature')
  @Describe({
    summary: 'The signature of the verdict',
    detail:
      'Detached, Ed25519 over the canonical JSON (RFC 8785) of the verdict; the keys are at /.well-known/assay-keys.json. 404 `signature-not-found` where the service has no key.',
    params: { scan: 'ScanId' },
    answers: { 200: { schema: 'VerdictSignature', text: 'The signature, and which key made it' } },
    refusals: [400, 'scan-not-found', 'verdict-not-ready', 'no-verdict', 'signature-not-found'],
  })
  signature(
    @Tenant() tenant: TenantId,
    @Param('scan', new ZodPipe(ScanIdSchema, 'scan')) id: ScanId,
  ): Promise<VerdictSignature> {
    return this.reader.signature(id, tenant);
  }

  @Get('evidence/:name')
  @Describe({
    summary: 'A crop, an overlay or the timeline plot',
    detail:
      'By a key, or by a link that `POST .../evidence-links` gave, which has `tenant`, `expires` and `signature` and needs none. A link that was altered is 403 `link-invalid`, one that is over 410 `link-expired`.',
    params: { scan: 'ScanId', name: 'EvidenceName' },
    query: 'EvidenceLinkQuery',
    keyless: true,
    takes: ['If-None-Match'],
    answers: {
      200: { media: ['image/jpeg', 'image/svg+xml'], text: 'The picture', headers: ['ETag'] },
      304: { text: 'Unchanged since the ETag in If-None-Match' },
    },
    refusals: [400, 'link-invalid', 'evidence-not-found', 'link-expired'],
  })
  async evidence(
    @Caller() { tenant, linkUntil }: Principal,
    @Param('scan', new ZodPipe(ScanIdSchema, 'scan')) id: ScanId,
    @Param('name', new ZodPipe(EvidenceName, 'name')) name: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (!(await this.reader.find(id, tenant))) throw problems.evidenceNotFound();
    const key = keys.evidence(id, name);
    const found = await this.ports.store.stat(key, this.closing);
    if (!found) throw problems.evidenceNotFound();
    response.set({
      etag: `W/"${found.bytes.toString(36)}-${found.modifiedAt.getTime().toString(36)}"`,
      'cache-control': revalidate,
      'content-type': contentTypes[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': evidencePolicy,
      ...(linkUntil === undefined ? {} : linked(name, linkUntil)),
    });
    if (request.fresh) return void response.status(304).end();
    response.set('content-length', String(found.bytes));
    if (request.method === 'HEAD') return void response.end();
    const picture = await this.ports.store.stream(key, null, this.closing);
    // Deleted since it was looked at.
    if (!picture) throw problems.evidenceNotFound();
    await pipeline(picture, response).catch((error: unknown) => {
      // A viewer who leaves early is no fault.
      if (!response.destroyed) throw error;
    });
  }
}
