import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { StorageKeyError } from '../errors/storage-key-error';
import type { S3StoreSettings } from './s3-settings';

/** S3 allows keys of 1024 bytes; with keys of at most 512 this leaves room to spare. */
const maxPrefixLength = 256;
const prefixCharacters = /^([a-zA-Z0-9._-]+\/)*$/;
const connectionTimeoutMs = 5_000;
/** Without a byte for this long a connection is dead; a slow but moving transfer is not cut. */
const defaultSocketTimeoutMs = 30_000;
/** The first try and two more, with the client's own back-off. More is for the queue to decide. */
const maxAttempts = 3;

/**
 * How every S3 client of ours is set up, also one that a library makes for itself. Loads nothing of the AWS client.
 *
 * @throws StorageKeyError when the prefix could not be told from a key
 */
export function s3ClientConfig(settings: S3StoreSettings): S3ClientConfig {
  const { endpoint, region, accessKeyId, secretAccessKey, forcePathStyle = false, prefix = '' } = settings;
  const { socketTimeoutMs = defaultSocketTimeoutMs } = settings;
  if (prefix.length > maxPrefixLength || !prefixCharacters.test(prefix)) {
    throw new StorageKeyError(
      prefix.slice(0, maxPrefixLength),
      "the store's prefix must be folders, each ending in '/'",
    );
  }
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle,
    maxAttempts,
    // Newer checksum headers are refused by servers that know only the older S3 (Swift, older Ceph and MinIO).
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: connectionTimeoutMs, socketTimeout: socketTimeoutMs },
  };
}
