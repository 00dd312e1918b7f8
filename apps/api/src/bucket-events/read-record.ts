import type { BucketRecord, EventBridgeEvent } from '@assay/contracts';
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

/**
 * @param where it lies in the body
 * @returns null for an event that is none of ours; @throws ProblemError 400 for one of ours that cannot be read
 */
export function readRecord({ eventName, s3 }: BucketRecord, where: string): NewObject | null {
  if (!created.test(eventName)) return null;
  if (!s3) throw problems.invalid([{ path: `${where}.s3`, message: 'is missing' }]);
  const { key: encoded, versionId, sequencer, eTag } = s3.object;
  const key = decoded(encoded, `${where}.s3.object.key`);
  return { event: eventName, bucket: s3.bucket.name, key, ...whichOf(versionId, sequencer, eTag) };
}

/** The same, of EventBridge: @returns null, @throws as above */
export function readEventBridge(event: EventBridgeEvent, where: string): NewObject | null {
  const { 'detail-type': name, detail } = event;
  if (name !== 'Object Created') return null;
  if (!detail) throw problems.invalid([{ path: where, message: 'is missing' }]);
  const { key, 'version-id': version, sequencer, etag } = detail.object;
  return { event: name, bucket: detail.bucket.name, key, ...whichOf(version, sequencer, etag) };
}

type Said = string | null | undefined;

function whichOf(versionId: Said, sequencer: Said, eTag: Said): Pick<NewObject, 'version' | 'occasion'> {
  // Servers without versions send "null" or nothing.
  const version = versionId && versionId !== 'null' ? versionId : null;
  return { version, occasion: version ?? sequencer ?? eTag ?? null };
}

/** Keys come as forms encode them. @throws ProblemError 400 */
function decoded(key: string, where: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw problems.invalid([{ path: where, message: 'must be percent-encoded UTF-8' }]);
  }
}
