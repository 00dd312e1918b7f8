import type { ScanCallback } from '@assay/contracts';
import type { DetailedError, HttpRequest, HttpResponse, Upload, UploadOptions } from 'tus-js-client';
import { AssayError, AssayProtocolError, AssayUnreachableError } from './assay-error';
import { problemOf } from './parse-response';
import { authorizationOf, type ConnectionSettings, longestPauseMs, retryAfterMsOf } from './requests';
import { resumeFingerprint } from './resume-fingerprint';

/** Two minutes, and more for large files on bad lines: whatever gets through starts the count anew. */
const defaultRetryDelaysMs = [0, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000];
/** Refusals that pass: the upload is elsewhere or busy, and the client asks where it is; too many requests. */
const passing = new Set([409, 423, 429]);
/** Faults of the service that do not: it cannot do what is asked, or has no room for it. */
const lasting = new Set([501, 507]);
/** Answers to "how much is there?" with which the library itself knows what to do: gone (begin anew), or busy. */
const understood = new Set([404, 410, 423]);

/** In browsers a Blob or File; in Node a Buffer or a stream made by `fs.createReadStream`, which can be read from anywhere. */
export type ResumableSource = Blob | Uint8Array | { path: string | Uint8Array };

export interface ResumableOptions {
  /** File name, for people. */
  name?: string;
  /** Asks for a scan once everything is there: `true`, or the id of a policy. */
  scan?: boolean | string;
  /** Whom to call when something has become of that scan. */
  callback?: ScanCallback;
  /** Pauses before each further try; default: two minutes without any progress, counted anew with each byte. */
  retryDelaysMs?: number[];
  /** Bytes that the service has confirmed or that are on their way, and of how many. */
  onProgress?: (sent: number, total: number) => void;
}

export interface ResumedUpload {
  /** Id of the media item. */
  media: string;
  /** Id of the scan, if one was asked for. */
  scan: string | null;
}

/**
 * Uploads by tus: goes on by itself where a connection broke, and in browsers also after the page was closed, when the
 * same `File` is given again with the same name, scan and callback.
 *
 * @throws AssayError, AssayUnreachableError, AssayProtocolError; a source that cannot be opened: its own error
 */
export async function uploadResumable(
  settings: ConnectionSettings,
  source: ResumableSource,
  options: ResumableOptions,
  signal?: AbortSignal,
): Promise<ResumedUpload> {
  signal?.throwIfAborted();
  // Loaded here: most callers have no need of it.
  const { Upload } = await import('tus-js-client');
  let upload: Upload | null = null;
  let stop = (): void => undefined;
  try {
    const response = await new Promise<HttpResponse>((resolve, reject) => {
      upload = new Upload(readable(source), {
        endpoint: `${settings.baseUrl.replace(/\/+$/, '')}/v1/uploads`,
        // Before each piece: a token may have been renewed since the one before it.
        onBeforeRequest: async (request) => request.setHeader('authorization', await authorizationOf(settings)),
        onAfterResponse: keepUploadUnlessGone,
        metadata: metadataOf(options),
        // Null is taken for "not to be remembered", which the types leave out.
        fingerprint: (file, own) => Promise.resolve(resumeFingerprint(file, own)) as ReturnType<Fingerprint>,
        retryDelays: options.retryDelaysMs ?? defaultRetryDelaysMs,
        removeFingerprintOnSuccess: true,
        // Its own answer also asks whether the browser believes to be online, and gives up at once when not.
        onShouldRetry: (error) => isPassing(error),
        onProgress: (sent, total) => options.onProgress?.(sent, total),
        onSuccess: ({ lastResponse }) => resolve(lastResponse),
        onError: reject,
      });
      stop = () => {
        // What has come is removed; that it could not be is the sweeper's business.
        upload?.abort(true).catch(() => undefined);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', stop, { once: true });
      start(upload).catch(reject);
    });
    return resultOf(response);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw errorOf(error);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** In the form that the library can cut pieces from. */
function readable(source: ResumableSource): ConstructorParameters<typeof Upload>[0] {
  if (!(source instanceof Uint8Array)) return source as ConstructorParameters<typeof Upload>[0];
  const bytes = source as Uint8Array<ArrayBuffer>;
  const node = (globalThis as unknown as { Buffer?: FromBuffer }).Buffer;
  return (node?.from(bytes.buffer, bytes.byteOffset, bytes.length) ?? new Blob([bytes])) as ReturnType<typeof readable>;
}

/** What of Node's `Buffer` is used: named here, so that a page can be checked without Node's types. */
interface FromBuffer {
  from(bytes: ArrayBuffer, offset: number, length: number): Uint8Array;
}

/** Goes on with what an earlier page has begun. Where nothing is remembered (Node), there is nothing. */
async function start(upload: Upload): Promise<void> {
  const [earlier] = await upload.findPreviousUploads().catch(() => []);
  if (earlier) upload.resumeFromPreviousUpload(earlier);
  upload.start();
}

function metadataOf({ name, scan, callback }: ResumableOptions): Record<string, string> {
  return {
    ...(name === undefined ? {} : { filename: name }),
    ...(typeof scan === 'string' ? { policy: scan } : scan ? { scan: 'true' } : {}),
    ...(callback === undefined ? {} : { callback: JSON.stringify(callback) }),
  };
}

function resultOf(response: HttpResponse): ResumedUpload {
  const media = response.getHeader('Assay-Media');
  if (!media) throw new AssayProtocolError('The service did not say what became of the upload.');
  return { media, scan: response.getHeader('Assay-Scan') ?? null };
}

type Fingerprint = NonNullable<UploadOptions['fingerprint']>;

/** The service was asked how much is there, and did not say. */
class UnansweredResumeError extends Error {
  override readonly name = 'UnansweredResumeError';

  constructor(readonly originalResponse: HttpResponse) {
    super(`The service answered with status ${originalResponse.getStatus()}.`);
  }
}

/**
 * The library begins anew, from the first byte, whatever the refusal. Only an upload that is gone is worth that; after the
 * others it is asked for again, or they are told.
 */
function keepUploadUnlessGone(request: HttpRequest, response: HttpResponse): void {
  const status = response.getStatus();
  if (request.getMethod() !== 'HEAD' || (status >= 200 && status < 300) || understood.has(status)) return;
  throw new UnansweredResumeError(response);
}

/** Also of an error that the library has wrapped in its own. */
function responseOf(error: unknown): HttpResponse | null {
  const { originalResponse, causingError } = error as Partial<DetailedError>;
  if (originalResponse) return originalResponse;
  return causingError instanceof UnansweredResumeError ? causingError.originalResponse : null;
}

function isPassing(error: DetailedError): boolean {
  const response = responseOf(error);
  const status = response?.getStatus() ?? 0;
  if (response && retryAfterMsOf(response.getHeader('Retry-After')) > longestPauseMs) return false;
  return status === 0 || (status >= 500 && !lasting.has(status)) || passing.has(status);
}

function errorOf(error: unknown): unknown {
  if (error instanceof AssayProtocolError) return error;
  // Nothing was asked of the service yet: the source could not be read.
  if (!(error as Partial<DetailedError>).originalRequest) return error;
  const response = responseOf(error);
  if (!response || response.getStatus() === 0) return new AssayUnreachableError(error);
  return new AssayError(problemOf(response.getStatus(), response.getBody()));
}
