import { Body, Controller, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { BeginDirectUpload as BeginSchema, UploadId as UploadIdSchema } from '@assay/contracts';
import type { BeginDirectUpload, DirectUpload, TenantId, UploadId, UploadRecord } from '@assay/contracts';
import type { Response } from 'express';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { callbackRefusals } from '../docs/refusals';
import { ZodPipe } from '../http/zod.pipe';
import { UploadTracker } from '../media/upload-tracker';
import { problems } from '../problems/problems';
import { CLOSING, UPLOADS } from '../tokens';
import type { ResumableUploads } from './open-uploads';
import { refusalOfTus } from './tus-endpoint';
import { uploadsPath } from './upload-ids';

/** Uploads that go to an S3 store without passing through here. */
@Controller('v1/uploads')
export class DirectUploadsController {
  constructor(
    @Inject(UPLOADS) private readonly uploads: ResumableUploads,
    @Inject(CLOSING) private readonly closing: AbortSignal,
    private readonly tracker: UploadTracker,
  ) {}

  @Post('direct')
  @Describe({
    summary: 'Begin an upload straight to the S3 store',
    detail:
      'Cut the file into pieces of `partBytes`, PUT each to its address (any order, again if it failed), then ask for completion. 422 `direct-uploads-unavailable` where the store is a folder.',
    body: 'BeginDirectUpload',
    answers: { 201: { schema: 'DirectUpload', text: 'Begun', headers: ['Location'] } },
    refusals: [400, 413, 415, 'direct-uploads-unavailable', 'unknown-policy', 'quota-exceeded', ...callbackRefusals],
  })
  async begin(
    @Tenant() tenant: TenantId,
    @Body(new ZodPipe(BeginSchema)) wanted: BeginDirectUpload,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DirectUpload> {
    const begun = await this.uploads.beginDirect(tenant, wanted);
    response.location(`${uploadsPath}/${begun.id}`);
    return begun;
  }

  @Post(':upload/complete')
  @HttpCode(200)
  @Describe({
    summary: 'Take in an upload whose bytes are all in the store',
    detail:
      'Reads it once for its hash. Asking again gives the same answer; 409 `upload-incomplete` while bytes are missing.',
    bare: true,
    params: { upload: 'UploadId' },
    answers: { 200: { schema: 'UploadRecord', text: 'Taken in' } },
    refusals: [400, 'upload-not-found', 'upload-incomplete', 'upload-expired', 423],
  })
  complete(
    @Tenant() tenant: TenantId,
    @Param('upload', new ZodPipe(UploadIdSchema, 'upload')) id: UploadId,
    @Res({ passthrough: true }) response: Response,
  ): Promise<UploadRecord> {
    return this.tracker
      .runFor(response, () => this.takeIn(id, tenant))
      .catch((error: unknown) => {
        throw refusalOfTus(error);
      });
  }

  private async takeIn(id: UploadId, tenant: TenantId): Promise<UploadRecord> {
    const { state, offset, bytes } = await this.uploads.record(id, tenant);
    if (state === 'receiving') throw problems.uploadIncomplete(offset, bytes);
    await this.uploads.takeIn.finish(id, this.closing);
    return this.uploads.record(id, tenant);
  }
}
