import { createRequire } from 'node:module';
import type { ObjectStore } from '../object-store';
import type { S3StoreSettings } from './s3-settings';

const load = createRequire(__filename);

/**
 * Objects in one bucket of any server that speaks S3, below an optional prefix of their own.
 *
 * The AWS client is loaded here and not with the library: that takes longer than all the rest of `assay scan`'s start.
 *
 * @throws StorageKeyError when the settings' prefix could not be told from a key
 */
export function createS3Store(settings: S3StoreSettings): ObjectStore {
  const { S3Store } = load('./s3-store') as typeof import('./s3-store');
  return new S3Store(settings);
}
