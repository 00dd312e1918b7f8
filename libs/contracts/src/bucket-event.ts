import { z } from 'zod';
import { MediaId, ScanId } from './ids';
import { Problem } from './scan';

/** S3 allows keys of 1024 bytes, each of which may come as three characters. */
const maxKeyLength = 3 * 1024;
const Text = z.string().max(1024);

/** What AWS, MinIO and Ceph tell of one object; what else they tell is left aside. */
export const BucketRecord = z.object({
  /** `ObjectCreated:Put`, with or without `s3:` before it. Other events are ignored. */
  eventName: z.string().max(100),
  s3: z
    .object({
      bucket: z.object({ name: z.string().min(1).max(255) }),
      object: z.object({
        /** As in a form: percent-encoded, spaces as `+`. */
        key: z.string().min(1).max(maxKeyLength),
        versionId: Text.nullish(),
        sequencer: Text.nullish(),
        eTag: Text.nullish(),
      }),
    })
    .optional(),
});
export type BucketRecord = z.infer<typeof BucketRecord>;

export const maxBucketRecords = 100;

/** An S3 event notification, as the store sends it. */
export const S3Notification = z.object({
  Records: z.array(BucketRecord).max(maxBucketRecords).optional(),
  /** `s3:TestEvent` of AWS, sent when notifications are switched on. */
  Event: z.string().max(100).optional(),
});
export type S3Notification = z.infer<typeof S3Notification>;

/** What Amazon EventBridge tells of one object. */
export const EventBridgeEvent = z.object({
  /** `Object Created`. Other events are ignored. */
  'detail-type': z.string().max(100),
  detail: z
    .object({
      bucket: z.object({ name: z.string().min(1).max(255) }),
      object: z.object({
        /** As it is: here it is not encoded. */
        key: z.string().min(1).max(1024),
        'version-id': Text.nullish(),
        sequencer: Text.nullish(),
        etag: Text.nullish(),
      }),
    })
    .optional(),
});
export type EventBridgeEvent = z.infer<typeof EventBridgeEvent>;

/** How Amazon SNS wraps what was published to a topic, and asks whether it may send. */
export const SnsMessage = z.object({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  /** Of a notification: an S3 notification or an EventBridge event, as JSON. */
  Message: z.string(),
  /** Of a `SubscriptionConfirmation`: what has to be fetched to confirm it. */
  SubscribeURL: z.string().max(4096).optional(),
});
export type SnsMessage = z.infer<typeof SnsMessage>;

/** Body of POST /v1/bucket-events: from the store itself, or by way of AWS's services. */
export const BucketNotification = z.union([SnsMessage, EventBridgeEvent, S3Notification]);
export type BucketNotification = z.infer<typeof BucketNotification>;

/**
 * What became of an object. `taken`: it is media now. `duplicate`: the same event came before. `ignored`: nothing to do.
 * `refused`: it cannot be taken in, whoever tries again; `problem` says why.
 */
export const BucketOutcome = z.enum(['taken', 'duplicate', 'ignored', 'refused']);
export type BucketOutcome = z.infer<typeof BucketOutcome>;

/** What became of one record. */
export const BucketEventResult = z.object({
  /** Kind of event, as the store names it. */
  event: z.string(),
  /** Name of the bucket; null where the record names none. */
  bucket: z.string().nullable(),
  /** Decoded. */
  key: z.string().nullable(),
  outcome: BucketOutcome,
  media: MediaId.nullable(),
  scan: ScanId.nullable(),
  problem: Problem.nullable(),
});
export type BucketEventResult = z.infer<typeof BucketEventResult>;

/** One result for each record, in their order. */
export const BucketEventResults = z.object({
  /** What became of each. */
  results: z.array(BucketEventResult),
});
export type BucketEventResults = z.infer<typeof BucketEventResults>;
