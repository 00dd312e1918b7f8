import { Readable } from 'node:stream';
import { keys, type S3Config } from '@assay/pipeline';
import { type ObjectStore, s3ClientConfig } from '@assay/storage';
import { UploadPartCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { S3Store } from '@tus/s3-store';
import type { UploadPlace } from './upload-place';

/** Below this, S3 takes a piece only as the last one: tus keeps it aside until more has come. Media in 10,000 of them: 78 GiB. */
const partBytes = 8 * 1024 * 1024;
/**
 * Parts of all uploads of this process on their way, from their first byte until S3 has them, each of them a temporary file meanwhile. Whoever
 * sends slowly holds one for as long, and where none is left the next waits: many, and room for them on disk (docs/operations.md).
 */
const partsInFlight = 64;

/** The longest that a signature of S3's fourth version may be good for: a week. */
const maxUrlSeconds = 7 * 24 * 3600;

/** Nothing is remembered: another replica may have removed or completed an upload since. */
const noCache = { get: async () => undefined, set: async () => undefined, delete: async () => undefined };

class Parts extends S3Store {
  /** `UploadId` of S3 by object key, of multipart uploads begun before that time. */
  async *begunBefore(prefix: string, before: Date): AsyncGenerator<{ Key: string; UploadId: string }> {
    let listed = await this.list({ Prefix: prefix });
    for (;;) {
      for (const { Key, UploadId, Initiated } of listed.Uploads ?? []) {
        if (Key && UploadId && Initiated && Initiated < before) yield { Key, UploadId };
      }
      if (!listed.IsTruncated) return;
      const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = listed;
      listed = await this.list({ Prefix: prefix, KeyMarker, UploadIdMarker });
    }
  }

  async abort(Key: string, UploadId: string): Promise<void> {
    await this.client.abortMultipartUpload({ Bucket: this.bucket, Key, UploadId }).catch(ignoreGone);
  }

  /** The signature covers bucket, key, upload, part and length: with it, nothing else can be written. */
  urlOf(Key: string, UploadId: string, PartNumber: number, ContentLength: number, expiresIn: number): Promise<string> {
    const command = new UploadPartCommand({ Bucket: this.bucket, Key, UploadId, PartNumber, ContentLength });
    return getSignedUrl(this.client, command, { expiresIn, signableHeaders: new Set(['host', 'content-length']) });
  }

  private list(page: { Prefix: string; KeyMarker?: string; UploadIdMarker?: string }) {
    return this.client.listMultipartUploads({ Bucket: this.bucket, ...page });
  }

  /** @returns null when nothing is noted about it */
  async uploadIdOf(key: string): Promise<string | null> {
    const noted = await this.getMetadata(key).catch(ignoreGone);
    return noted?.['upload-id'] ?? null;
  }
}

/**
 * Uploads as multipart uploads of the bucket that `store` is; the parts become an object when all have come. Not used of
 * `@tus/s3-store` are its way of removing (a request that older servers refuse) and of expiring (the whole bucket, other
 * programs' uploads included).
 */
export function s3Place(
  settings: S3Config,
  store: ObjectStore,
  expirationPeriodInMilliseconds: number,
  signal: AbortSignal,
): UploadPlace {
  const data = new Parts({
    partSize: partBytes,
    maxConcurrentPartUploads: partsInFlight,
    // Tags are for bucket rules that remove uploads; the sweeper does that here, and not every server knows tags.
    useTags: false,
    cache: noCache,
    expirationPeriodInMilliseconds,
    s3ClientConfig: { ...s3ClientConfig(settings), bucket: settings.bucket },
  });
  return {
    data,
    async seal(key, bytes) {
      // All parts are there but not joined: this service died in between.
      if (!(await store.stat(key, signal))) await data.write(Readable.from([]), key, bytes);
    },
    read: (key) => store.stream(key, null, signal),
    async partUrls(key, sizes, expiresMs) {
      const uploadId = await data.uploadIdOf(key);
      if (!uploadId) throw new Error('The upload was not begun.');
      const seconds = Math.min(maxUrlSeconds, Math.floor(expiresMs / 1000));
      return Promise.all(sizes.map((bytes, n) => data.urlOf(key, uploadId, n + 1, bytes, seconds)));
    },
    async remove(key) {
      const uploadId = await data.uploadIdOf(key);
      if (uploadId) await data.abort(key, uploadId);
      for (const rest of [key, `${key}.part`, `${key}.info`]) await store.delete(rest, signal);
    },
    async removeOrphans(before) {
      let removed = 0;
      for await (const { Key, UploadId } of data.begunBefore(keys.resumables, before)) {
        if ((await data.uploadIdOf(Key)) === UploadId) continue;
        await data.abort(Key, UploadId);
        removed += 1;
      }
      return removed;
    },
  };
}

function ignoreGone(error: unknown): null {
  const status = Object(Object(error).$metadata).httpStatusCode;
  if (status === 404) return null;
  throw error;
}
