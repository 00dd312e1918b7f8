import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import {
  IngestUrl as IngestUrlSchema,
  MediaId as MediaIdSchema,
  MediaRecord as MediaRecordSchema,
} from '@assay/contracts';
import { accepted } from '@assay/contracts';
import type { MediaId, MediaRecord, MediaTakenIn, Outcome, ScanId, TenantId } from '@assay/contracts';
import type { AddressSettings, FetchMediaSettings } from '@assay/fetch-media';
import type { EventLog, IdempotencyStore } from '@assay/storage';
import { deleteMedia, type Intake, keys, type Ports, readStored, type ScanQueues, underAny } from '@assay/pipeline';
import type { Request, Response } from 'express';
import { principalOf, Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { scanRefusals, urlRefusals } from '../docs/refusals';
import { isJson } from '../http/json-body';
import { ZodPipe } from '../http/zod.pipe';
import { assertSame, Idempotency, replay } from '../idempotency/idempotency';
import { canonicalJson, fingerprintOf } from '../idempotency/idempotency-key';
import { ApiMetrics } from '../metrics/api-metrics';
import { problems } from '../problems/problems';
import { CLOSING, EVENT_LOG, FETCHING, IDEMPOTENCY, PORTS, QUEUES, SENDING } from '../tokens';
import type { FormFields } from './form-fields';
import { hashContent } from './hash-content';
import { ingestUrl } from './ingest-url';
import { declaredBytes, receiveMedia } from './receive-media';
import { type TakenMedia, takeMedia } from './take-media';
import { withinQuota } from '../quotas/upload-room';
import { SenderGoneError, ServiceClosingError, UploadTracker } from './upload-tracker';

@Controller('v1/media')
export class MediaController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    @Inject(CLOSING) private readonly closing: AbortSignal,
    @Inject(FETCHING) private readonly fetching: FetchMediaSettings,
    @Inject(SENDING) private readonly sending: AddressSettings,
    @Inject(EVENT_LOG) private readonly events: EventLog,
    @Inject(IDEMPOTENCY) private readonly answers: IdempotencyStore,
    private readonly uploads: UploadTracker,
    private readonly idempotency: Idempotency,
    private readonly metrics: ApiMetrics,
  ) {}

  @Post()
  @Describe({
    summary: 'Upload a video or a picture, or have it fetched',
    detail:
      'The id is the SHA-256 of the bytes, so that the same content is one media item: uploading it again gives 200 and the record of the first time, with `takenInAt`, from which its retention then counts. What the file holds is looked at by the scan. A form may say more in fields before or behind its file: `name`, `subject`, and `scan` ("true") or `policy` (an id) to have it scanned at once, as urgently as `priority` says; `callback`, JSON as in POST /v1/scans, is called when something has become of that scan, whose id is `scan` of the answer. As JSON, `url` is fetched from the public internet and the answer comes when all of it has: problems of type `url-...` say why not.',
    upload: true,
    takes: ['X-File-Name', 'Assay-Subject'],
    answers: {
      201: { schema: 'MediaTakenIn', text: 'Taken in', headers: ['Location', 'Assay-Scan'] },
      200: { schema: 'MediaTakenIn', text: 'The same content was here before', headers: ['Location', 'Assay-Scan'] },
    },
    refusals: [400, 413, 415, 'rejected-empty-file', ...scanRefusals, ...urlRefusals],
  })
  async upload(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<unknown> {
    if (isJson(request)) return this.answer(this.fetch(request, response), request, response);
    const begun = await this.idempotency.begin(request, null);
    if (begun.state === 'keyless') return this.answer(this.receive(request), request, response);
    if (begun.state === 'repeated') {
      await this.assertSameContent(request, begun.answer.fingerprint);
      return replay(begun.answer, response);
    }
    const { held } = begun;
    try {
      const receiving = this.receive(request);
      const media = await this.answer(receiving, request, response);
      const { fields } = await valueOf(receiving, request);
      await held.answered(fingerprintOf(request, contentOf(media.id, fields)), response, media);
      return media;
    } catch (error) {
      await held.refused();
      throw error;
    }
  }

  private async answer(
    taking: Promise<Outcome<Intake & { scan?: ScanId | null }>>,
    request: Request,
    response: Response,
  ): Promise<MediaTakenIn> {
    const { media, created, scan } = await valueOf(taking, request);
    this.metrics.countUpload(media.bytes, created);
    response.status(created ? 201 : 200).location(`/v1/media/${media.id}`);
    if (!scan) return media;
    response.set('Assay-Scan', scan);
    return { ...media, scan };
  }

  /** Reads a repeated upload to its end, and keeps nothing of it. @throws ProblemError 422 when it is another one */
  private async assertSameContent(request: Request, fingerprint: string): Promise<void> {
    const { maxBytes } = this.ports.limits;
    const hashing = this.uploads.run(request, (signal) =>
      receiveMedia(
        request,
        {
          // It was approved the first time.
          check: () => undefined,
          approve: () => Promise.resolve(),
          async take(file, beside) {
            const id = await hashContent(file, maxBytes, signal);
            return id.ok ? accepted(contentOf(id.value, (await beside()).fields)) : id;
          },
        },
        signal,
      ),
    );
    assertSame(fingerprint, fingerprintOf(request, await valueOf(hashing, request)));
  }

  private receive(request: Request): Promise<Outcome<TakenMedia>> {
    const { tenant } = principalOf(request);
    const parts = { ports: this.ports, queues: this.queues, sending: this.sending };
    return this.uploads.run(request, (signal) =>
      receiveMedia(request, takeMedia(tenant, declaredBytes(request), parts, signal), signal),
    );
  }

  private async fetch(request: Request, response: Response): Promise<Outcome<Intake>> {
    const { tenant } = principalOf(request);
    const wanted = new ZodPipe(IngestUrlSchema).transform(request.body);
    return this.uploads.runFor(response, (signal) =>
      withinQuota(
        this.ports,
        { tenant, declared: null },
        (room) => ingestUrl(tenant, wanted, this.fetching, this.ports, room, signal),
        signal,
      ),
    );
  }

  @Get(':media')
  @Describe({
    summary: 'What is known about an upload',
    params: { media: 'MediaId' },
    answers: { 200: { schema: 'MediaRecord', text: 'The record' } },
    refusals: [400, 'media-not-found'],
  })
  async get(
    @Tenant() tenant: TenantId,
    @Param('media', new ZodPipe(MediaIdSchema, 'media')) id: MediaId,
  ): Promise<MediaRecord> {
    const key = keys.mediaRecord(id, tenant);
    const media = await readStored(this.ports.store, key, MediaRecordSchema, this.closing);
    if (!media) throw problems.mediaNotFound();
    return media;
  }

  @Delete(':media')
  @HttpCode(204)
  @Describe({
    summary: 'Delete an upload and everything derived from it',
    detail:
      'Bytes, scans, verdicts and evidence. Scans that are under way stop. What other tenants have stays. 409 `on-hold`, with the reason, while a hold covers it. For a receipt, ask for an erasure instead.',
    params: { media: 'MediaId' },
    answers: { 204: { text: 'Nothing of it is left' } },
    refusals: [400, 'media-not-found', 'on-hold', 'being-deleted'],
  })
  async delete(
    @Tenant() tenant: TenantId,
    @Param('media', new ZodPipe(MediaIdSchema, 'media')) media: MediaId,
  ): Promise<void> {
    // Not ended by the caller's leaving: half a deletion helps nobody.
    const ports = { ...this.ports, events: this.events, answers: this.answers };
    const deleted = await underAny([this.closing], (signal) =>
      deleteMedia(ports, this.queues, { media, tenant }, signal),
    );
    if (!deleted) throw problems.mediaNotFound();
  }
}

/** What a request says by its body; without fields as it was before there were any, for answers that are kept. */
function contentOf(media: MediaId, fields: FormFields): string {
  return Object.keys(fields).length > 0 ? `${media} ${canonicalJson(fields)}` : media;
}

/** @throws ProblemError for what was not taken, and why */
async function valueOf<T>(taking: Promise<Outcome<T>>, request: Request): Promise<T> {
  const outcome = await taking.catch((error: unknown) => {
    throw refusalOf(error, request);
  });
  if (outcome.ok) return outcome.value;
  const { rejection } = outcome;
  throw rejection.code === 'too_many_bytes' ? problems.tooLarge(rejection.message) : problems.rejectedMedia(rejection);
}

function refusalOf(error: unknown, request: Request): unknown {
  if (error instanceof ServiceClosingError)
    return problems.unavailable('The service is restarting. Send the file again.');
  if (error instanceof SenderGoneError || (request.destroyed && !request.complete)) return problems.incompleteUpload();
  return error;
}
