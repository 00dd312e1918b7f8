import { z } from 'zod';
import { MediaId, ScanId } from './ids';
import { Lane, QueuePlace } from './lane';
import { DecisionLabel, LabelSource } from './known-labels';
import { FrameBudget } from './policy';
import { QuotaKind, QuotaUsage } from './quota';
import { Rejection } from './rejection';
import { Owner } from './tenant';
import { VerdictLabel } from './verdict-label';

export const Stage = z.enum(['intake', 'probe', 'plan', 'look', 'judge', 'publish']);
export type Stage = z.infer<typeof Stage>;

export const ScanState = z.enum(['queued', 'running', 'done', 'failed', 'cancelled']);
export type ScanState = z.infer<typeof ScanState>;

export const MediaRecord = z.object({
  schema: z.literal('assay.media/1'),
  id: MediaId,
  tenant: Owner,
  bytes: z.number().int(),
  /** Base name given by the uploader, cut to 255 characters. */
  name: z.string().nullable(),
  /** When it was first taken in. */
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

/** The scan as the store keeps it (truth) and as GET /v1/scans/{id} shows it. */
export const ScanRecord = z.object({
  schema: z.literal('assay.scan/1'),
  id: ScanId,
  tenant: Owner,
  media: MediaId,
  name: z.string().nullable(),
  policy: z.string(),
  modelSet: z.string(),
  /** How many frames it was to look at; absent = as many as its policy gives. */
  frameBudget: FrameBudget.optional(),
  /** Absent in what was asked for before there were lanes = `standard`. */
  priority: Lane.optional(),
  state: ScanState,
  stage: Stage,
  percent: z.number().min(0).max(100),
  segments: z.number().int().nullable(),
  segmentsDone: z.number().int(),
  verdict: VerdictLabel.nullable(),
  probability: z.number().nullable(),
  rejection: Rejection.nullable(),
  failure: z.string().nullable(),
  /** What people decided on it, and where that is from; both absent or null = nobody has. */
  label: DecisionLabel.nullish(),
  labelSource: LabelSource.nullish(),
  /** How often it was started anew after it had failed or was cancelled; absent = never. */
  restarts: z.number().int().positive().optional(),
  /** The scan that a re-scan judges again, by another model set; absent = asked for by a caller. */
  rescanOf: ScanId.optional(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type ScanRecord = z.infer<typeof ScanRecord>;

/** The scan as it is answered when it is asked for. */
export const ScanStatus = ScanRecord.extend({
  /** Null when the scan has ended. */
  queue: QueuePlace.nullable().default(null),
});
export type ScanStatus = z.infer<typeof ScanStatus>;

/** What progress events carry, in queue, event stream and progress bar alike. `partial` = best answer so far. */
export const ScanEvent = z.object({
  scan: ScanId,
  state: ScanState,
  stage: Stage,
  percent: z.number().min(0).max(100),
  at: z.iso.datetime(),
  partial: z
    .object({ probability: z.number().nullable(), faces: z.number().int(), segmentsDone: z.number().int() })
    .nullable(),
  verdict: VerdictLabel.nullable(),
});
export type ScanEvent = z.infer<typeof ScanEvent>;

/** RFC 9457. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  /** Of `quota-exceeded`: what does not suffice, and what is left of everything. */
  quota: QuotaUsage.extend({ lacking: QuotaKind }).optional(),
});
export type Problem = z.infer<typeof Problem>;
