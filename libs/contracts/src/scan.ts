import { z } from 'zod';
import { MediaId, ScanId } from './ids';
import { Lane, QueuePlace } from './lane';
import { DecisionLabel, LabelSource } from './known-labels';
import { FrameBudget } from './policy';
import { QuotaKind, QuotaUsage } from './quota';
import { Rejection } from './rejection';
import { Owner } from './tenant';
import { VerdictLabel } from './verdict-label';

/** What is being done: take in, read the facts, choose frames, look at them, judge, publish. */
export const Stage = z.enum(['intake', 'probe', 'plan', 'look', 'judge', 'publish']);
export type Stage = z.infer<typeof Stage>;

/**
 * Where a scan stands. The last three are ends; asking for the scan again starts one anew that failed or was cancelled.
 *
 * - `queued`: waits for a worker
 * - `running`: is being worked on
 * - `done`: has its verdict, be it `rejected`
 * - `failed`: could not be brought to a verdict; `failure` says why
 * - `cancelled`: by request
 */
export const ScanState = z.enum(['queued', 'running', 'done', 'failed', 'cancelled']);
export type ScanState = z.infer<typeof ScanState>;

/** States in which a scan is under way. */
export const openStates: readonly ScanState[] = ['queued', 'running'];
export const isOpenScan = ({ state }: { state: ScanState }): boolean => openStates.includes(state);

/** A media item: one for each content that a tenant has, however often it is uploaded. */
export const MediaRecord = z.object({
  /** Name and version of this form. */
  schema: z.literal('assay.media/1'),
  /** SHA-256 of its bytes, lower-case hex. */
  id: MediaId,
  /** Whose it is. */
  tenant: Owner,
  /** Size of the file. */
  bytes: z.number().int(),
  /** Base name given by the uploader, cut to 255 characters; null where none was given. For people, never trusted. */
  name: z.string().nullable(),
  /** When it was first taken in, ISO 8601 in UTC. */
  createdAt: z.iso.datetime(),
  /** When the same content was last taken in again; absent = it came once. */
  takenInAt: z.iso.datetime().optional(),
});
export type MediaRecord = z.infer<typeof MediaRecord>;

/** Answer to an upload. */
export const MediaTakenIn = MediaRecord.extend({
  /** The scan that the fields of its form asked for; absent where they did not. */
  scan: ScanId.optional(),
});
export type MediaTakenIn = z.infer<typeof MediaTakenIn>;

/** A scan: one question about one media item, and how far its answer is. */
export const ScanRecord = z.object({
  /** Name and version of this form. */
  schema: z.literal('assay.scan/1'),
  /** Derived from media, policy, options and model set: asking twice gives the same scan. */
  id: ScanId,
  /** Whose it is. */
  tenant: Owner,
  /** What is looked at. */
  media: MediaId,
  /** File name of the media as its uploader gave it; null where there was none. For people, never trusted. */
  name: z.string().nullable(),
  /** Id of the policy that turns numbers into the answer. */
  policy: z.string(),
  /** Digest of the model set that judges; `mock` in mock mode. */
  modelSet: z.string(),
  /** How many frames it was to look at; absent = as many as its policy gives. */
  frameBudget: FrameBudget.optional(),
  /** Absent in what was asked for before there were lanes = `standard`. */
  priority: Lane.optional(),
  /** Where it stands. */
  state: ScanState,
  /** What is being done, or was last. */
  stage: Stage,
  /** How far it is, 0 to 100; never goes back, unless it starts anew. */
  percent: z.number().min(0).max(100),
  /** Parts that its timeline is looked at in; null before that is planned. */
  segments: z.number().int().nullable(),
  /** Those of them that are done. */
  segmentsDone: z.number().int(),
  /** The answer; null before there is one. All of it: `/v1/scans/{scan}/verdict`. */
  verdict: VerdictLabel.nullable(),
  /** Of the verdict, 0 to 1; null before there is one, and where no face could be judged. */
  probability: z.number().nullable(),
  /** Why the file was not looked at; null unless `verdict` is `rejected`. */
  rejection: Rejection.nullable(),
  /** Why a scan failed, in a sentence that may be shown; null unless `state` is `failed`. */
  failure: z.string().nullable(),
  /** What people decided on its media, or on what that is a copy of; absent or null = nobody has. */
  label: DecisionLabel.nullish(),
  /** Where `label` is from; absent or null where there is none. */
  labelSource: LabelSource.nullish(),
  /** How often it was started anew after it had failed or was cancelled; absent = never. */
  restarts: z.number().int().positive().optional(),
  /** The scan that a re-scan judges again, by another model set; absent = asked for by a caller. */
  rescanOf: ScanId.optional(),
  /** When it was first asked for, ISO 8601 in UTC. */
  createdAt: z.iso.datetime(),
  /** When its record last changed. */
  updatedAt: z.iso.datetime(),
});
export type ScanRecord = z.infer<typeof ScanRecord>;

/** A scan, with its place in the queue. */
export const ScanStatus = ScanRecord.extend({
  /** Where it waits, and when its verdict is expected; null when it has ended. */
  queue: QueuePlace.nullable().default(null),
});
export type ScanStatus = z.infer<typeof ScanStatus>;

/** How far a scan is, as `/v1/scans/{scan}/events` tells it. */
export const ScanEvent = z.object({
  /** Which scan. */
  scan: ScanId,
  /** Where it stands; the stream ends after `done`, `failed` or `cancelled`. */
  state: ScanState,
  /** What is being done, or was last. */
  stage: Stage,
  /** How far it is, 0 to 100; never goes back. */
  percent: z.number().min(0).max(100),
  /** When this was so, ISO 8601 in UTC. */
  at: z.iso.datetime(),
  /** Best answer so far; null where this event brings none. */
  partial: z
    .object({
      /** By what was seen so far, 0 to 1; null where no face could be judged yet. It may still move either way. */
      probability: z.number().nullable(),
      /** Faces that were followed so far. */
      faces: z.number().int(),
      /** Parts of the timeline that it rests on. */
      segmentsDone: z.number().int(),
    })
    .nullable(),
  /** The answer; null before there is one. */
  verdict: VerdictLabel.nullable(),
});
export type ScanEvent = z.infer<typeof ScanEvent>;

/** A refusal, as RFC 9457 has it. Programs go by `type`, people by `detail`. See docs/errors.md. */
export const Problem = z.object({
  /**
   * Name of the problem: `urn:problem-type:assay:` and a code, the same wherever the service runs. New ones may come: go
   * by `status` then.
   */
  type: z.string(),
  /** What kind of problem it is; the same for all of one type. */
  title: z.string(),
  /** The HTTP status. */
  status: z.number().int(),
  /** What happened this time, and what you can do. To be shown, not to be parsed. */
  detail: z.string().optional(),
  /** `urn:assay:request:` and the id of the request, by which the operator finds it in the logs; also in `X-Request-Id`. */
  instance: z.string().optional(),
  /** What is wrong with the request, all of it together. */
  errors: z
    .array(
      z.object({
        /** Where: names of fields with dots between, or of a parameter or header. Empty = the body as a whole. */
        path: z.string(),
        /** What is wrong there. */
        message: z.string(),
      }),
    )
    .optional(),
  /** Of `quota-exceeded`: what does not suffice, and what is left of everything. */
  quota: QuotaUsage.extend({ lacking: QuotaKind }).optional(),
});
export type Problem = z.infer<typeof Problem>;
