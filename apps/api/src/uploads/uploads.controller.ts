import { Controller, Delete, Get, Head, HttpCode, Inject, Options, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { UploadId as UploadIdSchema } from '@assay/contracts';
import type { TenantId, UploadId, UploadRecord } from '@assay/contracts';
import type { Request, Response } from 'express';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { callbackRefusals } from '../docs/refusals';
import { ZodPipe } from '../http/zod.pipe';
import { UploadTracker } from '../media/upload-tracker';
import { problems } from '../problems/problems';
import { CLOSING, UPLOADS } from '../tokens';
import type { ResumableUploads } from './open-uploads';
import { checkTusHeaders, refusalOfTus } from './tus-endpoint';
import { Turns } from './turns';
import { outcomeHeaders } from './upload-outcome';
import { checksumAlgorithms, checksumOf, verifyChunk } from './verified-chunk';

const tus = 'Resumable uploads by tus 1.0 (https://tus.io): any client of it works.';

const isLength = (header: string | string[] | undefined): header is string => /^\d{1,15}$/.test(String(header));

const takenHeaders = ['Assay-Media', 'Assay-Scan'] as const;

@Controller('v1/uploads')
export class UploadsController {
  /** Bodies that lie in the temporary folder at once: it has room for them (docs/operations.md). */
  private readonly setAside = new Turns(8);

  constructor(
    @Inject(UPLOADS) private readonly uploads: ResumableUploads,
    @Inject(CLOSING) private readonly closing: AbortSignal,
    private readonly tracker: UploadTracker,
  ) {}

  @Options(['', ':upload'])
  @HttpCode(204)
  @ApiExcludeEndpoint()
  async capabilities(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    await this.uploads.endpoint.handle(request, response);
    response.setHeader('Tus-Checksum-Algorithm', checksumAlgorithms.join(','));
  }

  @Post()
  @Describe({
    summary: 'Begin a resumable upload',
    detail: `${tus} \`Upload-Length\` says how many bytes will come. \`Upload-Metadata\` may hold \`filename\`, and \`scan\` ("true") or \`policy\` (an id) to have it scanned once it is here, as urgently as \`priority\` says; \`callback\`, JSON as in POST /v1/scans, is called when something has become of that scan. \`Location\` is where the bytes go. A body of type application/offset+octet-stream is the first of them. An upload that begins with its bytes takes no Idempotency-Key: go on with it by its \`Location\`. OPTIONS tells extensions and the largest size.`,
    bare: true,
    bytes: 'application/offset+octet-stream',
    takes: ['Tus-Resumable', 'Upload-Length', 'Upload-Metadata', 'Upload-Checksum'],
    answers: { 201: { text: 'Begun', headers: ['Location', 'Upload-Expires', 'Upload-Offset', ...takenHeaders] } },
    refusals: [400, 412, 413, 'rejected-empty-file', 'unknown-policy', 'quota-exceeded', ...callbackRefusals, 423, 460],
  })
  create(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const length = request.headers['upload-length'];
    return this.receive(request, response, isLength(length) ? Number(length) : null);
  }

  @Head(':upload')
  @ApiExcludeEndpoint()
  async offset(
    @Tenant() tenant: TenantId,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Param('upload') id: string,
  ): Promise<void> {
    await this.assertOwn(id, tenant);
    const { headers } = await this.uploads.endpoint.handle(request, response);
    if (headers.get('upload-offset') !== headers.get('upload-length')) return;
    // All here, and perhaps its replica died before it was taken in.
    const outcome = await this.uploads.takeIn.finish(id, this.closing);
    for (const [name, value] of Object.entries(outcomeHeaders(outcome))) response.setHeader(name, value);
  }

  @Get(':upload')
  @Describe({
    summary: 'How far a resumable upload is, and what became of it',
    detail: 'HEAD, with `Tus-Resumable: 1.0.0`, gives the offset as tus says, and `Assay-Media` once it is taken in.',
    params: { upload: 'UploadId' },
    answers: { 200: { schema: 'UploadRecord', text: 'Its state' } },
    refusals: [400, 'upload-not-found', 'upload-expired'],
  })
  get(
    @Tenant() tenant: TenantId,
    @Param('upload', new ZodPipe(UploadIdSchema, 'upload')) id: UploadId,
  ): Promise<UploadRecord> {
    return this.uploads.record(id, tenant).catch((error: unknown) => {
      throw refusalOfTus(error);
    });
  }

  @Patch(':upload')
  @HttpCode(204)
  @Describe({
    summary: 'Go on with a resumable upload',
    detail:
      'Bytes from `Upload-Offset` on. What has come when a connection breaks is kept; HEAD tells how much. The answer to the last bytes names the media item, and the scan if one was asked for. With `Upload-Checksum` the bytes are kept only if they are those.',
    params: { upload: 'UploadId' },
    bytes: 'application/offset+octet-stream',
    takes: ['Tus-Resumable', 'Upload-Offset', 'Upload-Checksum'],
    answers: { 204: { text: 'Kept', headers: ['Upload-Offset', 'Upload-Expires', ...takenHeaders] } },
    refusals: [400, 'upload-not-found', 'upload-offset-conflict', 'upload-expired', 412, 413, 415, 423, 460],
  })
  async append(
    @Tenant() tenant: TenantId,
    @Param('upload') id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const record = await this.assertOwn(id, tenant);
    await this.receive(request, response, record && record.bytes - record.offset);
  }

  @Delete(':upload')
  @HttpCode(204)
  @Describe({
    summary: 'End a resumable upload',
    detail: 'What has come is removed. A media item that it has become stays.',
    params: { upload: 'UploadId' },
    takes: ['Tus-Resumable'],
    answers: { 204: { text: 'Gone' } },
    refusals: ['upload-not-found', 412, 423],
  })
  async remove(
    @Tenant() tenant: TenantId,
    @Param('upload') id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    await this.assertOwn(id, tenant);
    await this.uploads.endpoint.handle(request, response);
  }

  /** What is no id at all is left to tus, which says so: null. @throws ProblemError for an upload of another tenant */
  private async assertOwn(id: string, tenant: TenantId): Promise<UploadRecord | null> {
    if (!UploadIdSchema.safeParse(id).success) return null;
    return this.uploads.record(id, tenant).catch((error: unknown) => {
      throw refusalOfTus(error);
    });
  }

  /** @param left bytes that the upload still wants; null where tus has to say what is wrong */
  private async receive(request: Request, response: Response, left: number | null): Promise<void> {
    try {
      await this.tracker.run(request, (signal) => this.receiveBody(request, response, left, signal));
    } catch (error) {
      if (this.tracker.isStopping) throw problems.unavailable('The service is restarting. Go on with the upload.');
      if (request.destroyed && !request.complete) throw problems.incompleteUpload();
      throw error;
    }
  }

  private async receiveBody(
    request: Request,
    response: Response,
    left: number | null,
    signal: AbortSignal,
  ): Promise<void> {
    const checksum = checksumOf(request.headers['upload-checksum']?.toString());
    if (!checksum || left === null) return void (await this.uploads.endpoint.handle(request, response));
    // Before the first byte is set aside, for it takes room that nobody has reserved.
    checkTusHeaders(request);
    await this.setAside.run(async () => {
      signal.throwIfAborted();
      const chunk = await verifyChunk(request, checksum, left, signal);
      try {
        await this.uploads.endpoint.handle(request, response, chunk.body);
      } finally {
        await chunk.release();
      }
    });
  }
}
