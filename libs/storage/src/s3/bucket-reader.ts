import { GetObjectCommand, type GetObjectCommandOutput, S3ServiceException } from '@aws-sdk/client-s3';
import { addAbortSignal, Readable } from 'node:stream';
import { ResumedBody } from './resumed-body';
import type { BucketReader } from './bucket';
import { createClient } from './s3-client';
import { asError, isNoSuchKey, storeErrorOf } from './s3-errors';
import type { S3StoreSettings } from './s3-settings';

/** S3 answers a version that is a deletion like this. */
const isDeleteMarker = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === 405;

/** And like this an id that is none of its versions at all. */
const isNoVersion = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.name === 'InvalidArgument' && error.$metadata.httpStatusCode === 400;

export function readBucket(settings: S3StoreSettings): BucketReader {
  const client = createClient(settings);
  const { bucket: Bucket } = settings;
  return {
    async open(Key, version, signal) {
      const target = { Bucket, Key, ...(version === null ? {} : { VersionId: version }) };
      const get = (Range?: string, IfMatch?: string): Promise<GetObjectCommandOutput> =>
        client.send(new GetObjectCommand({ ...target, Range, IfMatch }), { abortSignal: signal });
      try {
        const first = await get();
        const reopen = async (bytes: number): Promise<Readable> => {
          // Of the same object, or the file would be of two halves.
          const rest = await get(`bytes=${bytes}-`, first.ETag);
          if (rest.ContentRange === undefined) throw new TypeError('the S3 server sent the whole and not the rest');
          return readableOf(rest);
        };
        const errorOf = (error: unknown): Error => asError(storeErrorOf(error, signal));
        const body = addAbortSignal(signal, new ResumedBody(readableOf(first), reopen, errorOf));
        return { body, bytes: first.ContentLength ?? null };
      } catch (error) {
        if (isNoSuchKey(error) || isDeleteMarker(error)) return null;
        if (version !== null && isNoVersion(error)) return null;
        throw storeErrorOf(error, signal);
      }
    },
    async close() {
      client.destroy();
    },
  };
}

function readableOf({ Body }: GetObjectCommandOutput): Readable {
  if (Body instanceof Readable) return Body;
  throw new TypeError('the S3 client gave no stream');
}
