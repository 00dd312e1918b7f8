import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Body } from '../guard-body';
import { StoreUnavailableError } from '../errors/store-unavailable-error';
import { asError, isConflict, isPreconditionFailed, storeErrorOf } from './s3-errors';

/** S3's least, for the memory. 10,000 parts, S3's most, are 48 GiB: far over the largest media. */
const partBytes = 5 * 1024 * 1024;
/** Parts in flight: memory is about (this + 1) x `partBytes`. */
const partsInFlight = 2;
/** A write that another request on the same key got in the way of is tried so often, after a pause each time. */
const conflictTries = 5;
const conflictPauseMs = 100;
const defaultContentType = 'application/octet-stream';

export interface UploadRequest {
  Bucket: string;
  Key: string;
  body: Body;
  contentType?: string;
  /** Sends `If-None-Match: *`. */
  ifAbsent?: boolean;
}

/**
 * One object, visible only when it is whole: a single request for what is in memory, a multipart upload for a stream
 * longer than one part (aborted on failure, so that no parts stay behind).
 */
export async function upload(
  client: S3Client,
  { Bucket, Key, body, contentType, ifAbsent }: UploadRequest,
  signal: AbortSignal,
): Promise<'written' | 'exists'> {
  const params = {
    Bucket,
    Key,
    ContentType: contentType ?? defaultContentType,
    ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
  };
  signal.throwIfAborted();
  for (let tries = 1; ; tries += 1) {
    try {
      if (body instanceof Readable) await uploadStream(client, { ...params, Body: body }, signal);
      else await client.send(new PutObjectCommand({ ...params, ...sized(body) }), { abortSignal: signal });
      return 'written';
    } catch (error) {
      if (ifAbsent && isPreconditionFailed(error)) return 'exists';
      if (error instanceof BodyError) throw signal.aborted ? signal.reason : error.cause;
      if (!ifAbsent || !isConflict(error)) throw storeErrorOf(error, signal);
      // 409: another request on this key was under way, a deletion perhaps. Nothing was written, nor need anything be there.
      if (body instanceof Readable || tries === conflictTries)
        throw new StoreUnavailableError('the store is busy with another request for the same object', error);
      await sleep(tries * conflictPauseMs, undefined, { signal });
    }
  }
}

/** With its length, also when that is 0: the client takes an empty string for a stream of unknown length. */
function sized(body: Buffer | string): { Body: Buffer; ContentLength: number } {
  const Body = Buffer.from(body);
  return { Body, ContentLength: Body.byteLength };
}

type StreamParams = { Bucket: string; Key: string; ContentType: string; IfNoneMatch?: string; Body: Readable };

async function uploadStream(client: S3Client, params: StreamParams, signal: AbortSignal): Promise<void> {
  // Aborting ends the body, and with it the upload the orderly way: parts in flight end first, then all are removed.
  const stop = (): void => void params.Body.destroy(asError(signal.reason));
  signal.addEventListener('abort', stop, { once: true });
  try {
    const Body = Readable.from(markErrors(params.Body), { objectMode: false });
    await new Upload({ client, params: { ...params, Body }, partSize: partBytes, queueSize: partsInFlight }).done();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Tells the body's own errors from the server's. */
class BodyError extends Error {
  constructor(cause: unknown) {
    super('the body failed', { cause });
  }
}

async function* markErrors(body: Readable): AsyncGenerator<Uint8Array | string> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw new BodyError(error);
  }
}
