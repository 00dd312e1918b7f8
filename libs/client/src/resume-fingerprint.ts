import type { UploadOptions } from 'tus-js-client';

/**
 * What an upload is remembered by, so that a later page goes on with it: the file, where it goes and what was asked for
 * it. The library's own leaves out the last, and takes any two Blobs of one size and type for the same.
 *
 * @returns null for what is no File: without a name and a time nothing tells it from another, so it is not remembered
 */
export function resumeFingerprint(
  source: unknown,
  { endpoint, metadata }: Pick<UploadOptions, 'endpoint' | 'metadata'>,
): string | null {
  if (typeof File === 'undefined' || !(source instanceof File)) return null;
  const { name, type, size, lastModified } = source;
  return ['assay', name, type, size, lastModified, endpoint, JSON.stringify(metadata)].join('-');
}
