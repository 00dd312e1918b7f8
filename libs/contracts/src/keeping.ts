import { z } from 'zod';
import { defaultPageSize, maxPageSize } from './api';
import { MediaId, Sha256 } from './ids';
import { PublicKeyJwk } from './signature';
import { Subject } from './subject';
import { TenantId } from './tenant';

/** What a hold or an erasure is about; always within one tenant. */
export const KeepTarget = z.discriminatedUnion('kind', [
  z.strictObject({
    /** One media item, everything about a subject, or everything that the tenant has. */
    kind: z.literal('media'),
    media: MediaId,
  }),
  z.strictObject({ kind: z.literal('subject'), subject: Subject }),
  /** Everything that the tenant has. */
  z.strictObject({ kind: z.literal('tenant') }),
]);
export type KeepTarget = z.infer<typeof KeepTarget>;

/** The same as it is stored: a subject may be a person's name, and is kept as its SHA-256 alone. */
export const StoredTarget = z.discriminatedUnion('kind', [
  z.object({
    /** One media item, everything about a subject, or everything that the tenant has. */
    kind: z.literal('media'),
    media: MediaId,
  }),
  z.object({ kind: z.literal('subject'), subjectSha256: Sha256 }),
  z.object({ kind: z.literal('tenant') }),
]);
export type StoredTarget = z.infer<typeof StoredTarget>;

const longestDays = 36_500;
const Days = z.number().int().min(1).max(longestDays);
export const longestEventsDays = 30;
export const longestIndexDays = 365;

/** How long what is kept, in days; null = until it is deleted. */
export const Retention = z.strictObject({
  /** The file itself, from when it was last taken in. Without it a scan can't be made again. */
  mediaDays: Days.nullable(),
  /** Crops, overlays, plots and what the stages left, from the end of the scan. */
  evidenceDays: Days.nullable(),
  /** Verdict, signature and record, from the end of the scan. With the last of them goes the record of the media. */
  verdictDays: Days.nullable(),
  /** The entry in Redis, by which scans are listed. The scan itself is found without it. */
  indexDays: Days.max(longestIndexDays),
  /** Events of a scan and the log of their webhooks. */
  eventsDays: Days.max(longestEventsDays),
});
export type Retention = z.infer<typeof Retention>;

/** `ho_` and 24 hex digits, drawn by chance. */
export const HoldId = z.string().regex(/^ho_[0-9a-f]{24}$/, 'must look like ho_ and 24 hex digits');
export type HoldId = z.infer<typeof HoldId>;

/** Body of POST /v1/holds. */
export const PlaceHold = z.strictObject({
  target: KeepTarget,
  /** Why, for whoever wants to delete it: a case number. */
  reason: z.string().min(1).max(500),
});
export type PlaceHold = z.infer<typeof PlaceHold>;

/** While there is one, nothing that it covers is deleted: not by request, not by retention. */
export const Hold = z.object({
  /** Name and version of this form. */
  schema: z.literal('assay.hold/1'),
  id: HoldId,
  /** Whose it is. */
  tenant: TenantId,
  target: StoredTarget,
  /** Why, as it was given. */
  reason: z.string(),
  /** From when it is in force, ISO 8601 in UTC. */
  createdAt: z.iso.datetime(),
});
export type Hold = z.infer<typeof Hold>;

/** The holds of a tenant. */
export const HoldList = z.object({
  /** All that are in force. */
  holds: z.array(Hold),
});
export type HoldList = z.infer<typeof HoldList>;

/** Time, counted down so that the newest come first, and a random part. */
export const ErasureId = z.string().regex(/^er_\d{13}_[0-9a-f]{16}$/, 'must be the id of an erasure');
export type ErasureId = z.infer<typeof ErasureId>;

/** Body of POST /v1/erasures. */
export const RequestErasure = z.strictObject({ target: KeepTarget });
export type RequestErasure = z.infer<typeof RequestErasure>;

/** What was removed, in numbers that were counted before it went. */
export const RemovedCounts = z.object({
  /** Records of media. */
  mediaItems: z.number().int(),
  /** Scans. */
  scans: z.number().int(),
  /** Verdicts. */
  verdicts: z.number().int(),
  /** Crops, overlays and plots. */
  evidence: z.number().int(),
  /** Events of scans and decisions. */
  events: z.number().int(),
  /** Objects of the store in all. Files that another tenant has too are not counted, as they stay. */
  objects: z.number().int(),
  /** Bytes of these objects. */
  bytes: z.number().int(),
});
export type RemovedCounts = z.infer<typeof RemovedCounts>;

/** What was removed, when, and by whose wish. */
export const ErasureReceipt = z.object({
  /** Name and version of this form. */
  schema: z.literal('assay.erasure-receipt/1'),
  erasure: ErasureId,
  /** Whose data it was. */
  tenant: TenantId,
  target: StoredTarget,
  /** When it was asked for, ISO 8601 in UTC. */
  requestedAt: z.iso.datetime(),
  /** When nothing was left. */
  completedAt: z.iso.datetime(),
  removed: RemovedCounts,
  /** SHA-256 over the ids of the media items that went, in order, each with a line feed: who has the list can check it. */
  itemsSha256: Sha256,
});
export type ErasureReceipt = z.infer<typeof ErasureReceipt>;

/** The receipt with its digest, and the service's signature where it signs. */
export const SealedReceipt = z.object({
  /** The receipt itself. */
  receipt: ErasureReceipt,
  /** SHA-256 of the canonical JSON (RFC 8785) of `receipt`. */
  digest: Sha256,
  /** Ed25519 over the same text, base64url, by a key of /.well-known/assay-keys.json; null where nothing is signed. */
  signature: z
    .object({
      /** `kid` of the key. */
      keyId: PublicKeyJwk.shape.kid,
      /** 64 bytes, base64url. */
      value: z.string(),
    })
    .nullable(),
});
export type SealedReceipt = z.infer<typeof SealedReceipt>;

/**
 * Why something of an erasure is still there: media, or media whose verdicts name what is erased. Null for hash lists, which
 * are no media.
 */
export const HeldItem = z.object({
  media: MediaId.nullable(),
  hold: HoldId,
  /** Why, as the hold says. */
  reason: z.string(),
});
export type HeldItem = z.infer<typeof HeldItem>;

/** Something that is being erased, or was. */
export const Erasure = z.object({
  /** Name and version of this form. */
  schema: z.literal('assay.erasure/1'),
  id: ErasureId,
  /** Whose data it is about. */
  tenant: TenantId,
  target: StoredTarget,
  /** `held`: everything but what a hold covers is gone, and the rest goes when the hold is lifted. */
  state: z.enum(['running', 'held', 'done']),
  /** When it was asked for, ISO 8601 in UTC. */
  requestedAt: z.iso.datetime(),
  /** When nothing was left for the first time; late writers are then waited for and looked for once more. */
  clearedAt: z.iso.datetime().nullable(),
  /** At most a hundred of them. */
  held: z.array(HeldItem),
  /** What was removed; null until it is done. */
  receipt: SealedReceipt.nullable(),
});
export type Erasure = z.infer<typeof Erasure>;

/** Query of GET /v1/erasures. */
export const ListErasures = z.strictObject({
  /** Most erasures of one page, 1 to 100. */
  limit: z.coerce.number().int().min(1).max(maxPageSize).default(defaultPageSize),
  /** What the page before gave as `next`. */
  cursor: ErasureId.optional(),
});
export type ListErasures = z.infer<typeof ListErasures>;

/** Newest first. */
export const ErasureList = z.object({
  /** One page of them. */
  erasures: z.array(Erasure),
  /** Give it as `cursor` to get the next page; null = this was the last. */
  next: z.string().nullable(),
});
export type ErasureList = z.infer<typeof ErasureList>;
