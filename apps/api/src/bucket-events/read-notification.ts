import { EventBridgeEvent, S3Notification, SnsMessage } from '@assay/contracts';
import { ZodPipe } from '../http/zod.pipe';
import { problems } from '../problems/problems';
import { type NewObject, readEventBridge, readRecord } from './read-record';

/** One event, and the object that it tells of; null where it is none of ours. */
export interface ToldEvent {
  event: string;
  bucket: string | null;
  object: NewObject | null;
}

/** Events in the order of the sender; or a topic that asks whether it may send any, with the address that says yes. */
export type Notification = { events: ToldEvent[] } | { subscribeUrl: string };

/**
 * Reads what a store sends, or Amazon SNS or EventBridge for it.
 *
 * @throws ProblemError 400
 */
export function readNotification(body: unknown): Notification {
  if (!has(body, 'Type')) return { events: readEvents(body, '') };
  const { Type, Message, SubscribeURL } = new ZodPipe(SnsMessage).transform(body);
  if (Type === 'Notification') return { events: readEvents(parse(Message), 'Message') };
  if (Type === 'UnsubscribeConfirmation') return { events: [] };
  if (SubscribeURL === undefined) throw problems.invalid([{ path: 'SubscribeURL', message: 'is missing' }]);
  return { subscribeUrl: SubscribeURL };
}

/** @param where in the body it lies, for whoever has to mend it */
function readEvents(told: unknown, where: string): ToldEvent[] {
  const at = (path: string): string => (where ? `${where}.${path}` : path);
  if (has(told, 'detail-type')) {
    const event = new ZodPipe(EventBridgeEvent, where).transform(told);
    const object = readEventBridge(event, at('detail'));
    return [{ event: event['detail-type'], bucket: event.detail?.bucket.name ?? null, object }];
  }
  const { Records, Event } = new ZodPipe(S3Notification, where).transform(told);
  // A test of AWS has no records.
  if (!Records && Event === undefined) throw problems.invalid([{ path: at('Records'), message: 'is missing' }]);
  return (Records ?? []).map((record, n) => ({
    event: record.eventName,
    bucket: record.s3?.bucket.name ?? null,
    object: readRecord(record, at(`Records.${n}`)),
  }));
}

function parse(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    throw problems.invalid([{ path: 'Message', message: 'must be an event of a bucket, as JSON' }]);
  }
}

const has = (value: unknown, name: string): boolean => typeof value === 'object' && value !== null && name in value;
