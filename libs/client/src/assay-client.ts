import {
  BucketEventResults,
  type BucketNotification,
  type Callback,
  CallbackList,
  type CreateEvidenceLinks,
  type CreateScan,
  type CreateScanBatch,
  DecisionHistory,
  type DecisionLabel,
  type EventList,
  EvidenceLinks,
  MediaRecord,
  PublicKeySet,
  QuotaUsage,
  ScanBatch,
  type ScanEvent,
  type ScanList,
  ScanRecord,
  ScanStatus,
  type ToldNews,
  Verdict,
  VerdictSignature,
} from '@assay/contracts';
import { type EventPageOptions, eventFeed, eventPage, type FeedOptions } from './event-feed';
import { allScans, type ScanPageOptions, scanPage, type ScansOptions } from './list-scans';
import { keyed, postOf } from './post';
import { type ConnectionSettings, Requests } from './requests';
import { scanEvents } from './scan-events';
import { signedVerdict } from './signed-verdict';
import { type ResumableOptions, type ResumableSource, type ResumedUpload, uploadResumable } from './upload-resumable';
import { type PostOptions, uploadBody, type UploadOptions, type UploadSource } from './upload';
import { waitForVerdict } from './wait-for-verdict';
import { Webhooks } from './webhooks';

/**
 * The HTTP API as typed calls, for Node and browsers. Every answer is checked against the contract. Calls reject with
 * `AssayError` (the service said no), `AssayUnreachableError` (still out of reach after `retries`) or
 * `AssayProtocolError` (other version).
 */
export class AssayClient {
  readonly webhooks: Webhooks;
  private readonly requests: Requests;

  constructor(private readonly settings: ConnectionSettings) {
    this.requests = new Requests(settings);
    this.webhooks = new Webhooks(this.requests);
  }

  /**
   * The same bytes are the same media: uploading twice is harmless and gives the same id. Node sends streams as they
   * come; browsers can not stream a request over HTTP/1.1, so give them a Blob or File.
   */
  async uploadMedia(source: UploadSource, options: UploadOptions = {}, signal?: AbortSignal): Promise<MediaRecord> {
    const { name, idempotencyKey, onProgress = () => undefined } = options;
    const { body, streamed } = uploadBody(source, onProgress);
    const headers = keyed({ 'content-type': 'application/octet-stream' }, { idempotencyKey });
    // Header values are ASCII: the name travels percent-encoded.
    if (name !== undefined) headers['x-file-name'] = encodeURIComponent(name);
    const duplex = streamed ? { duplex: 'half' as const } : {};
    const request = { method: 'POST', headers, body, repeatable: !streamed, ...duplex };
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
   * Has the service fetch media from a public http(s) address; resolves when all of it has come, up to 30 minutes later.
   * Node's own `fetch` waits 300 s for an answer: for slow addresses give the client one that waits longer, see
   * docs/api-ingest.md.
   *
   * @throws AssayError with a code that begins with `url-` when it cannot be fetched
   */
  ingestUrl(
    request: { url: string; name?: string },
    signal?: AbortSignal,
    options: PostOptions = {},
  ): Promise<MediaRecord> {
    return this.requests.json('/v1/media', MediaRecord, postOf(request, options), signal);
  }

  /** Passes an S3 event notification on, for stores that cannot be given a key. @throws AssayError for what is to be sent again */
  sendBucketEvent(
    notification: BucketNotification,
    signal?: AbortSignal,
    options: PostOptions = {},
  ): Promise<BucketEventResults> {
    return this.requests.json('/v1/bucket-events', BucketEventResults, postOf(notification, options), signal);
  }

  getMedia(id: string, signal?: AbortSignal): Promise<MediaRecord> {
    return this.requests.json(`/v1/media/${encodeURIComponent(id)}`, MediaRecord, {}, signal);
  }

  /** Deletes the bytes and everything that was derived from them, verdicts included. */
  async deleteMedia(id: string, signal?: AbortSignal): Promise<void> {
    await this.requests.delete(`/v1/media/${encodeURIComponent(id)}`, signal);
  }

  /** Asking again for the same media and policy gives the same scan; a more urgent `priority` moves it up. */
  createScan(request: CreateScan, signal?: AbortSignal, options: PostOptions = {}): Promise<ScanStatus> {
    return this.requests.json('/v1/scans', ScanStatus, postOf(request, options), signal);
  }

  /**
   * Up to 100 scans in one request. Resolves also where items were refused: `results` has a scan or a problem for each, in
   * the order of the items.
   */
  createScans(batch: CreateScanBatch, signal?: AbortSignal, options: PostOptions = {}): Promise<ScanBatch> {
    return this.requests.json('/v1/scans/batch', ScanBatch, postOf(batch, options), signal);
  }

  /** Stops a scan that is under way; one that is cancelled already stays so. @throws AssayError 409 when it has ended */
  cancelScan(id: string, signal?: AbortSignal): Promise<ScanRecord> {
    return this.requests.json(`/v1/scans/${encodeURIComponent(id)}/cancel`, ScanRecord, postOf(undefined, {}), signal);
  }

  /** While it has not ended, `queue` says where it stands and when the verdict is expected. */
  getScan(id: string, signal?: AbortSignal): Promise<ScanStatus> {
    return this.requests.json(`/v1/scans/${encodeURIComponent(id)}`, ScanStatus, {}, signal);
  }

  /** Who is called when something becomes of the scan, and how the calls went. */
  async callbacks(scan: string, signal?: AbortSignal): Promise<Callback[]> {
    const path = `/v1/scans/${encodeURIComponent(scan)}/callbacks`;
    return (await this.requests.json(path, CallbackList, {}, signal)).callbacks;
  }

  /** One page, newest first; give `next` back as `cursor` for more: a page may be short, or empty, before the end. */
  listScans(page: ScanPageOptions = {}, signal?: AbortSignal): Promise<ScanList> {
    return scanPage(this.requests, page, signal);
  }

  /** All scans that fit, newest first, page by page as they are taken. Scans that come in meanwhile are not among them. */
  scans(filter: ScansOptions = {}, signal?: AbortSignal): AsyncGenerator<ScanRecord, void, void> {
    return allScans(this.requests, filter, signal);
  }

  /** @throws AssayError with code `verdict-not-ready` while the scan is under way */
  getVerdict(scan: string, signal?: AbortSignal): Promise<Verdict> {
    return this.requests.json(`/v1/scans/${encodeURIComponent(scan)}/verdict`, Verdict, {}, signal);
  }

  /** Public keys that verdicts are signed with. Fetch them once over a way that you trust, and keep them. */
  publicKeys(signal?: AbortSignal): Promise<PublicKeySet> {
    return this.requests.json('/.well-known/assay-keys.json', PublicKeySet, {}, signal);
  }

  /** To be checked with `verifyVerdict`. @throws AssayError `signature-not-found` where the service has no signing key */
  getSignature(scan: string, signal?: AbortSignal): Promise<VerdictSignature> {
    const path = `/v1/scans/${encodeURIComponent(scan)}/verdict/signature`;
    return this.requests.json(path, VerdictSignature, {}, signal);
  }

  /**
   * The verdict with its signature checked. Where the two do not fit, both are fetched again, over 1.3 s: a verdict may be
   * revised between the two requests.
   *
   * @param keys those that you trust; absent = those that the service itself tells
   * @throws VerdictSignatureError; AssayError `signature-not-found` where the service has no signing key
   */
  getSignedVerdict(scan: string, keys?: PublicKeySet, signal?: AbortSignal): Promise<Verdict> {
    return signedVerdict(this, this.requests, { scan, keys }, signal);
  }

  /** One page of what happened, oldest first; give `next` back as `after`. */
  listEvents(page: EventPageOptions = {}, signal?: AbortSignal): Promise<EventList> {
    return eventPage(this.requests, page, signal);
  }

  /** What happens to all scans and what is decided on media, without end; for those who cannot receive webhooks. */
  feed(options: FeedOptions = {}, signal?: AbortSignal): AsyncGenerator<ToldNews, never, void> {
    return eventFeed(this.requests, options, signal);
  }

  /** What people decided on media, oldest first, and what stands. */
  decisions(media: string, signal?: AbortSignal): Promise<DecisionHistory> {
    return this.requests.json(`/v1/media/${encodeURIComponent(media)}/decisions`, DecisionHistory, {}, signal);
  }

  /** Labels media and what is a copy of it; takes the place of a decision before. */
  decide(
    media: string,
    decision: { label: DecisionLabel; by: string; note?: string },
    signal?: AbortSignal,
    options: PostOptions = {},
  ): Promise<DecisionHistory> {
    const path = `/v1/media/${encodeURIComponent(media)}/decisions`;
    return this.requests.json(path, DecisionHistory, postOf(decision, options), signal);
  }

  /** Takes back the decision that stands. @throws AssayError 409 when none does */
  reverseDecision(
    media: string,
    reversal: { by: string; note?: string },
    signal?: AbortSignal,
    options: PostOptions = {},
  ): Promise<DecisionHistory> {
    const path = `/v1/media/${encodeURIComponent(media)}/decisions/reverse`;
    return this.requests.json(path, DecisionHistory, postOf(reversal, options), signal);
  }

  /** A crop, an overlay or the timeline plot, by the name that the verdict gives. */
  getEvidence(scan: string, name: string, signal?: AbortSignal): Promise<Blob> {
    const path = `/v1/scans/${encodeURIComponent(scan)}/evidence/${encodeURIComponent(name)}`;
    return this.requests.blob(path, signal);
  }

  /**
   * Addresses of all evidence of a verdict that work without a key until they expire, for a page or an e-mail. Each call gives new
   * ones.
   *
   * @param options life of the links, 1 to 900 seconds; 300 when left out
   */
  evidenceLinks(
    scan: string,
    options: Partial<CreateEvidenceLinks> = {},
    signal?: AbortSignal,
  ): Promise<EvidenceLinks> {
    const path = `/v1/scans/${encodeURIComponent(scan)}/evidence-links`;
    return this.requests.json(path, EvidenceLinks, postOf(options, {}), signal);
  }

  /** What your tenant has used of its quota in the present period. */
  getUsage(signal?: AbortSignal): Promise<QuotaUsage> {
    return this.requests.json('/v1/usage', QuotaUsage, {}, signal);
  }

  /** From the present state to the end of the scan; connects again by itself. */
  events(scan: string, signal?: AbortSignal): AsyncGenerator<ScanEvent, void, void> {
    return scanEvents(this.requests, scan, signal);
  }

  /**
   * Waits for the end of a scan, and for as long as the service is away: give a signal to end it sooner.
   *
   * @throws ScanEndedError when it failed or was cancelled
   * @throws AssayError when the service refuses (unknown scan, bad key)
   */
  waitForVerdict(
    scan: string,
    options: { onEvent?: (event: ScanEvent) => void } = {},
    signal?: AbortSignal,
  ): Promise<Verdict> {
    return waitForVerdict(this, scan, options.onEvent, signal);
  }
}
