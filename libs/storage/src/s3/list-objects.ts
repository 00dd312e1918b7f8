import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { ListedObject } from '../object-store';
import { storeErrorOf } from './s3-errors';

/** Page by page (S3 gives at most 1000 keys a page), in key order. */
export async function* listObjects(
  client: S3Client,
  bucket: string,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<ListedObject> {
  const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }, { abortSignal: signal });
  while (true) {
    signal.throwIfAborted();
    // By hand, so that only the server's errors are wrapped and not those of whoever consumes the list.
    const page = await pages.next().catch((error: unknown) => {
      throw storeErrorOf(error, signal);
    });
    if (page.done) return;
    for (const { Key, Size } of page.value.Contents ?? []) {
      signal.throwIfAborted();
      if (Key !== undefined) yield { key: Key, bytes: Size ?? 0 };
    }
  }
}
