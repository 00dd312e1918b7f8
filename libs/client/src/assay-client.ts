import { type Lane, MediaRecord, type ScanEvent, ScanList, ScanRecord, ScanStatus, Verdict } from '@assay/contracts';
import { ScanEndedError } from './assay-error';
import { type ConnectionSettings, Requests } from './requests';
import { scanEvents } from './scan-events';
import { type ResumableOptions, type ResumableSource, type ResumedUpload, uploadResumable } from './upload-resumable';
import { type PostOptions, uploadBody, type UploadOptions, type UploadSource } from './upload';

/**
 * The HTTP API as typed calls, for Node and browsers. Every answer is checked against the contract. Calls reject with
 * `AssayError` (the service said no), `AssayUnreachableError` (try again) or `AssayProtocolError` (other version).
 */
export class AssayClient {
  private readonly requests: Requests;

  constructor(private readonly settings: ConnectionSettings) {
    this.requests = new Requests(settings);
  }

  /**
   * The same bytes are the same media: uploading twice is harmless and gives the same id. Node sends streams as they
   * come; browsers can not stream a request over HTTP/1.1, so give them a Blob or File.
   */
  async uploadMedia(source: UploadSource, options: UploadOptions = {}, signal?: AbortSignal): Promise<MediaRecord> {
    const { name, idempotencyKey, onProgress = () => undefined } = options;
    const { body, streamed } = uploadBody(source, onProgress);
    const headers = postHeaders('application/octet-stream', { idempotencyKey });
    // Header values are ASCII: the name travels percent-encoded.
    if (name !== undefined) headers['x-file-name'] = encodeURIComponent(name);
    const request = { method: 'POST', headers, body, ...(streamed ? { duplex: 'half' as const } : {}) };
    const media = await this.requests.json('/v1/media', MediaRecord, request, signal);
    if (!streamed) onProgress(media.bytes);
    return media;
  }

  /** Uploads by tus: a connection that breaks is made again, and what has come is not sent twice. For large files. */
  uploadResumable(
    source: ResumableSource,
    options: ResumableOptions = {},
    signal?: AbortSignal,
  ): Promise<ResumedUpload> {
    return uploadResumable(this.settings, source, options, signal);
  }

  /**
   * Has the service fetch media from a public http(s) address; resolves when all of it has come.
   *
   * @throws AssayError with a code that begins with `url-` when it cannot be fetched
   */
  ingestUrl(
    request: { url: string; name?: string },
    signal?: AbortSignal,
    options: PostOptions = {},
  ): Promise<MediaRecord> {
    const body = JSON.stringify(request);
    const headers = postHeaders('application/json', options);
    return this.requests.json('/v1/media', MediaRecord, { method: 'POST', headers, body }, signal);
  }

  getMedia(id: string, signal?: AbortSignal): Promise<MediaRecord> {
    return this.requests.json(`/v1/media/${encodeURIComponent(id)}`, MediaRecord, {}, signal);
  }

  /** Deletes the bytes and everything that was derived from them, verdicts included. */
  async deleteMedia(id: string, signal?: AbortSignal): Promise<void> {
    await this.requests.raw(`/v1/media/${encodeURIComponent(id)}`, { method: 'DELETE' }, signal);
  }

  /** Asking again for the same media and policy gives the same scan; a more urgent `priority` moves it up. */
  createScan(
    request: { media: string; policy?: string; priority?: Lane },
    signal?: AbortSignal,
    options: PostOptions = {},
  ): Promise<ScanStatus> {
    const body = JSON.stringify(request);
    const headers = postHeaders('application/json', options);
    return this.requests.json('/v1/scans', ScanStatus, { method: 'POST', headers, body }, signal);
  }

  /** Stops a scan that is under way; one that is cancelled already stays so. @throws AssayError 409 when it has ended */
  cancelScan(id: string, signal?: AbortSignal): Promise<ScanRecord> {
    return this.requests.json(`/v1/scans/${encodeURIComponent(id)}/cancel`, ScanRecord, { method: 'POST' }, signal);
  }

  /** While it has not ended, `queue` says where it stands and when the verdict is expected. */
  getScan(id: string, signal?: AbortSignal): Promise<ScanStatus> {
    return this.requests.json(`/v1/scans/${encodeURIComponent(id)}`, ScanStatus, {}, signal);
  }

  /** Newest first; give `next` back as `cursor` for more. */
  listScans(page: { limit?: number; cursor?: string } = {}, signal?: AbortSignal): Promise<ScanList> {
    const query = new URLSearchParams();
    if (page.limit !== undefined) query.set('limit', String(page.limit));
    if (page.cursor !== undefined) query.set('cursor', page.cursor);
    const search = query.size > 0 ? `?${query.toString()}` : '';
    return this.requests.json(`/v1/scans${search}`, ScanList, {}, signal);
  }

  /** @throws AssayError with code `verdict-not-ready` while the scan is under way */
  getVerdict(scan: string, signal?: AbortSignal): Promise<Verdict> {
    return this.requests.json(`/v1/scans/${encodeURIComponent(scan)}/verdict`, Verdict, {}, signal);
  }

  /** A crop, an overlay or the timeline plot, by the name that the verdict gives. */
  async getEvidence(scan: string, name: string, signal?: AbortSignal): Promise<Blob> {
    const path = `/v1/scans/${encodeURIComponent(scan)}/evidence/${encodeURIComponent(name)}`;
    return (await this.requests.raw(path, {}, signal)).blob();
  }

  /** From the present state to the end of the scan; connects again by itself. */
  events(scan: string, signal?: AbortSignal): AsyncGenerator<ScanEvent, void, void> {
    return scanEvents(this.requests, scan, signal);
  }

  /**
   * Waits for the end of a scan.
   *
   * @throws ScanEndedError when it failed or was cancelled
   */
  async waitForVerdict(
    scan: string,
    options: { onEvent?: (event: ScanEvent) => void } = {},
    signal?: AbortSignal,
  ): Promise<Verdict> {
    for await (const event of this.events(scan, signal)) {
      options.onEvent?.(event);
      if (event.state !== 'failed' && event.state !== 'cancelled') continue;
      const { failure } = await this.getScan(scan, signal);
      throw new ScanEndedError(scan, event.state, failure);
    }
    return this.getVerdict(scan, signal);
  }
}

/** The draft's header is a quoted string (RFC 8941). */
function postHeaders(contentType: string, { idempotencyKey }: PostOptions): Record<string, string> {
  return {
    'content-type': contentType,
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': `"${idempotencyKey}"` }),
  };
}
