import { createRequire } from 'node:module';
import type { BucketReader } from './bucket';
import type { S3StoreSettings } from './s3-settings';

const load = createRequire(__filename);

/** A bucket of somebody else. The AWS client is loaded here and not with the library, as for the store. */
export function openBucket(settings: S3StoreSettings): BucketReader {
  const { readBucket } = load('./bucket-reader') as typeof import('./bucket-reader');
  return readBucket(settings);
}
