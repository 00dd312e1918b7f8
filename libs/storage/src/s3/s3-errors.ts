import { S3ServiceException } from '@aws-sdk/client-s3';
import { StoreUnavailableError } from '../errors/store-unavailable-error';

const notFoundStatus = 404;
const preconditionFailedStatus = 412;
const rangeNotSatisfiableStatus = 416;
const notImplementedStatus = 501;
/** S3's answer to a conditional write that raced with another one: "try again". */
const conflictStatus = 409;

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** No such key. A missing bucket is also 404, but that is a broken deployment and not an absent object. */
export function isNoSuchKey(error: unknown): boolean {
  return statusOf(error) === notFoundStatus && !(error instanceof Error && error.name === 'NoSuchBucket');
}

export const isPreconditionFailed = (error: unknown): boolean => statusOf(error) === preconditionFailedStatus;
export const isConflict = (error: unknown): boolean => statusOf(error) === conflictStatus;
export const isRangeBehindEnd = (error: unknown): boolean => statusOf(error) === rangeNotSatisfiableStatus;
export const isNotImplemented = (error: unknown): boolean => statusOf(error) === notImplementedStatus;

/** The signal's reason, or a typed error around what the client threw. */
export function storeErrorOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof StoreUnavailableError) return error;
  return new StoreUnavailableError('the S3 store did not do what it was asked', error);
}

export const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error('aborted'));
