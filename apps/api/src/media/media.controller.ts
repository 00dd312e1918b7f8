import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { MediaId as MediaIdSchema, MediaRecord as MediaRecordSchema } from '@assay/contracts';
import type { MediaId, MediaRecord } from '@assay/contracts';
import { deleteMedia, keys, type Ports, readStored, type ScanQueues } from '@assay/pipeline';
import type { Request, Response } from 'express';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { ApiMetrics } from '../metrics/api-metrics';
import { problems } from '../problems/problems';
import { CLOSING, PORTS, QUEUES } from '../tokens';
import { receiveMedia } from './receive-media';
import { SenderGoneError, ServiceClosingError, UploadTracker } from './upload-tracker';

@Controller('v1/media')
export class MediaController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    @Inject(CLOSING) private readonly closing: AbortSignal,
    private readonly uploads: UploadTracker,
    private readonly metrics: ApiMetrics,
  ) {}

  @Post()
  @Describe({
    summary: 'Upload a video or a picture',
    detail:
      'The id is the SHA-256 of the bytes, so that the same content is one media item: uploading it again gives 200 and the record of the first time. What the file holds is looked at by the scan.',
    upload: true,
    answers: {
      201: { schema: 'MediaRecord', text: 'Taken in', headers: ['Location'] },
      200: { schema: 'MediaRecord', text: 'The same content was here before', headers: ['Location'] },
    },
    refusals: [400, 413, 415, 422],
  })
  async upload(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<MediaRecord> {
    const outcome = await this.uploads
      .run(request, (signal) => receiveMedia(request, this.ports, signal))
      .catch((error: unknown) => {
        throw refusalOf(error, request);
      });
    if (!outcome.ok) {
      const { rejection } = outcome;
      throw rejection.code === 'too_many_bytes'
        ? problems.tooLarge(rejection.message)
        : problems.rejectedMedia(rejection);
    }
    const { media, created } = outcome.value;
    this.metrics.countUpload(media.bytes, created);
    response.status(created ? 201 : 200).location(`/v1/media/${media.id}`);
    return media;
  }

  @Get(':media')
  @Describe({
    summary: 'What is known about an upload',
    params: { media: 'MediaId' },
    answers: { 200: { schema: 'MediaRecord', text: 'The record' } },
    refusals: [400, 404],
  })
  async get(@Param('media', new ZodPipe(MediaIdSchema, 'media')) id: MediaId): Promise<MediaRecord> {
    const media = await readStored(this.ports.store, keys.mediaRecord(id), MediaRecordSchema, this.closing);
    if (!media) throw problems.mediaNotFound();
    return media;
  }

  @Delete(':media')
  @HttpCode(204)
  @Describe({
    summary: 'Delete an upload and everything derived from it',
    detail: 'Bytes, scans, verdicts and evidence. Scans that are under way stop.',
    params: { media: 'MediaId' },
    answers: { 204: { text: 'Nothing of it is left' } },
    refusals: [400, 404],
  })
  async delete(@Param('media', new ZodPipe(MediaIdSchema, 'media')) id: MediaId): Promise<void> {
    // Not ended by the caller's leaving: half a deletion helps nobody.
    if (!(await deleteMedia(this.ports, this.queues, id, this.closing))) throw problems.mediaNotFound();
  }
}

function refusalOf(error: unknown, request: Request): unknown {
  if (error instanceof ServiceClosingError)
    return problems.unavailable('The service is restarting. Send the file again.');
  if (error instanceof SenderGoneError || (request.destroyed && !request.complete)) return problems.incompleteUpload();
  return error;
}
