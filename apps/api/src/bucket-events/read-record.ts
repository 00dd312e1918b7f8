import type { BucketRecord } from '@assay/contracts';
import { problems } from '../problems/problems';

/** An object that was put into a bucket. */
export interface NewObject {
  event: string;
  bucket: string;
  key: string;
  version: string | null;
  /** What sets this event apart from others of the same object; null where the sender does not say. */
  occasion: string | null;
}

const created = /^(?:s3:)?ObjectCreated:/;

/** @returns null for an event that is none of ours; @throws ProblemError 400 for one of ours that cannot be read */
export function readRecord({ eventName, s3 }: BucketRecord, at: number): NewObject | null {
  if (!created.test(eventName)) return null;
  if (!s3) throw problems.invalid([{ path: `Records.${at}.s3`, message: 'is missing' }]);
  const { key: encoded, versionId, sequencer, eTag } = s3.object;
  // Servers without versions send "null" or nothing.
  const version = versionId && versionId !== 'null' ? versionId : null;
  const occasion = version ?? sequencer ?? eTag ?? null;
  return { event: eventName, bucket: s3.bucket.name, key: decoded(encoded, at), version, occasion };
}

/** Keys come as forms encode them. @throws ProblemError 400 */
function decoded(key: string, at: number): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw problems.invalid([{ path: `Records.${at}.s3.object.key`, message: 'must be percent-encoded UTF-8' }]);
  }
}
