import { S3Client } from '@aws-sdk/client-s3';
import { s3ClientConfig } from './s3-client-config';
import type { S3StoreSettings } from './s3-settings';

/** @throws StorageKeyError when the prefix could not be told from a key */
export function createClient(settings: S3StoreSettings): S3Client {
  return new S3Client(s3ClientConfig(settings));
}
