/** What a file system says that has no room left, for all or for this user. */
const fullCodes = new Set<unknown>(['ENOSPC', 'EDQUOT']);
/** What an S3 server says (RFC 4918, 11.5). */
const insufficientStorageStatus = 507;
/** What a Redis says whose own disk is full: it goes on reading, and takes no writes until it could write again. */
const redisFull = /^MISCONF .*No space left on device/;

/**
 * Is it that there is no room: for the store's objects, or for what Redis writes down? Looks through the causes.
 * Such an error is also one of a store or a Redis that is not available, and passes when somebody makes room.
 */
export function isStorageFull(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, cause, $metadata } = error as Record<string, unknown>;
  if (fullCodes.has(code) || (typeof message === 'string' && redisFull.test(message))) return true;
  if (Object($metadata).httpStatusCode === insufficientStorageStatus) return true;
  return isStorageFull(cause);
}
