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

/** Body of POST /v1/bucket-events: an S3 event notification, as the store sends it. */
export const BucketNotification = z.object({
  Records: z.array(BucketRecord).max(maxBucketRecords).optional(),
  /** `s3:TestEvent` of AWS, sent when notifications are switched on. */
  Event: z.string().max(100).optional(),
});
export type BucketNotification = z.infer<typeof BucketNotification>;

/**
 * What became of an object. `taken`: it is media now. `duplicate`: the same event came before. `ignored`: nothing to do.
 * `refused`: it cannot be taken in, whoever tries again; `problem` says why.
 */
export const BucketOutcome = z.enum(['taken', 'duplicate', 'ignored', 'refused']);
export type BucketOutcome = z.infer<typeof BucketOutcome>;

export const BucketEventResult = z.object({
  event: z.string(),
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
export const BucketEventResults = z.object({ results: z.array(BucketEventResult) });
export type BucketEventResults = z.infer<typeof BucketEventResults>;
