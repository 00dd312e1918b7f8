import { z } from 'zod';
import { defaultPageSize, maxPageSize } from './api';
import { MediaId, ScanId, Sha256 } from './ids';
import { DecisionLabel } from './known-labels';
import { Owner } from './tenant';
import { VerdictLabel } from './verdict-label';

const By = z.string().trim().min(1).max(100);
/** Text of your own, at most 2000 characters. */
const Note = z.string().trim().max(2000);

/** Body of POST /v1/media/{media}/decisions. */
export const MakeDecision = z.strictObject({
  /** What it was found to be. */
  label: DecisionLabel,
  /** Who decided: a name or an id of the caller's own. */
  by: By,
  /** Why, in your own words; at most 2000 characters. */
  note: Note.default(''),
});
export type MakeDecision = z.infer<typeof MakeDecision>;

/** Body of POST /v1/media/{media}/decisions/reverse: takes back the decision that stands. */
export const ReverseDecision = z.strictObject({
  /** Who takes it back: a name or an id of the caller's own. */
  by: By,
  /** Why, in your own words; at most 2000 characters. */
  note: Note.default(''),
});
export type ReverseDecision = z.infer<typeof ReverseDecision>;

/** Unique for one media item. */
export const DecisionId = z.string().regex(/^\d{8}-[0-9a-f]{8}$/);
export type DecisionId = z.infer<typeof DecisionId>;

/** One entry of the history of a media item, which only grows. */
export const Decision = z.object({
  /** Name and version of this form. */
  schema: z.literal('assay.decision/1'),
  /** Whose it is. */
  tenant: Owner,
  /** What was decided on. */
  media: MediaId,
  /** In the order in which they were made; the last one stands. */
  id: DecisionId,
  /** Null: the decision before it was taken back, and none stands. */
  label: DecisionLabel.nullable(),
  /** Who decided, as they were named. */
  by: z.string(),
  /** Why, as it was given; may be empty. */
  note: z.string(),
  /** When, ISO 8601 in UTC. */
  at: z.iso.datetime(),
});
export type Decision = z.infer<typeof Decision>;

/** The history, oldest first, and what stands at its end. */
export const DecisionHistory = z.object({
  /** What was decided on. */
  media: MediaId,
  /** The decision that stands; null where none does. */
  standing: Decision.nullable(),
  /** All of them, oldest first. */
  decisions: z.array(Decision),
});
export type DecisionHistory = z.infer<typeof DecisionHistory>;

/**
 * `same_bytes`: the very file. `copy`: the same from end to end, encoded again. `excerpt`: what was scanned is a part of what
 * is known. `contains`: what is known is a part of what was scanned. `part`: both have a part in common.
 */
export const KnownRelation = z.enum(['same_bytes', 'copy', 'excerpt', 'contains', 'part']);
export type KnownRelation = z.infer<typeof KnownRelation>;

/** `kl_` and 24 hex digits. */
export const KnownListId = z.string().regex(/^kl_[0-9a-f]{24}$/, 'must look like kl_ and 24 hex digits');
export type KnownListId = z.infer<typeof KnownListId>;

/** Where something known comes from: media that was scanned here, or an entry of a list. */
export const KnownSource = z.discriminatedUnion('kind', [
  z.object({
    /** `media`: scanned here. `list`: an entry of a hash list. */
    kind: z.literal('media'),
    /** The media that it is. */
    media: MediaId,
    /** Its scan; null where there is none any more. */
    scan: ScanId.nullable(),
  }),
  z.object({
    kind: z.literal('list'),
    /** Id of the list. */
    list: z.string(),
    /** Name of the entry in the list; may be empty. */
    name: z.string(),
  }),
]);
export type KnownSource = z.infer<typeof KnownSource>;

/** What stands on something known, as it was read when the verdict was made or last revised. */
export const KnownDecision = z.object({
  /** What it was found to be. */
  label: DecisionLabel,
  /** Who decided; of a list, its name. */
  by: z.string(),
  /** When that was decided; of a list, when it was imported. */
  at: z.iso.datetime(),
  /** Id in the history of that media; null for a list. */
  decision: DecisionId.nullable(),
});
export type KnownDecision = z.infer<typeof KnownDecision>;

/** Something known that what was scanned looks like, or is. */
export const KnownFinding = z.object({
  /** What it is, and where it is known from. */
  source: KnownSource,
  /** Whose it is: the tenant, or `_shared` for a list that goes for all of them. */
  scope: z.string(),
  /** How the two are related. */
  relation: KnownRelation,
  /** Median of those frames that look alike, bits of 256 (PDQ); 0 for the same bytes. */
  distance: z.number().int().min(0).max(256),
  /** Of the frames that could be compared, those that look alike, 0 to 1. */
  matchedShare: z.number().min(0).max(1),
  /** Frames that could be compared. */
  framesCompared: z.number().int().nonnegative(),
  /** Of the length of what was scanned, and of what is known, the part that both have. */
  coverage: z.object({
    /** Part of what was scanned, 0 to 1. */
    scanned: z.number().min(0).max(1),
    /** Part of what is known, 0 to 1. */
    known: z.number().min(0).max(1),
  }),
  /** Known time minus time in what was scanned, seconds. */
  offsetSeconds: z.number(),
  /** What was computed for it; null for lists. */
  verdict: VerdictLabel.nullable(),
  /** Its probability, 0 to 1; null where there is none. */
  probability: z.number().nullable(),
  /** What people decided on it; null where nobody has. */
  decision: KnownDecision.nullable(),
});
export type KnownFinding = z.infer<typeof KnownFinding>;

/**
 * What was known before about what was scanned. It stands beside `verdict` and `probability`, which are always what was
 * measured here and now.
 */
export const KnownMediaFindings = z.object({
  /** Nearest first; at most ten, of more those that somebody decided on. */
  matches: z.array(KnownFinding).max(10),
  /** The decision that goes for this media too, and the match that it comes with; null where none does. */
  inherited: z
    .object({
      /** What was decided. */
      label: DecisionLabel,
      /** Who decided; of a list, its name. */
      by: z.string(),
      /** When, ISO 8601 in UTC. */
      at: z.iso.datetime(),
      /** Which of `matches` it comes with, from 0. */
      match: z.number().int().nonnegative(),
    })
    .nullable(),
  /** Plain language, one or two sentences. */
  text: z.string(),
});
export type KnownMediaFindings = z.infer<typeof KnownMediaFindings>;

/** How a verdict came to be as it is now. Absent from a verdict that was never revised. */
export const Revision = z.object({
  /** From 2; 1 is what was published first. */
  number: z.number().int().min(2),
  /** When it was revised, ISO 8601 in UTC. */
  at: z.iso.datetime(),
  /** Why, in a sentence. */
  reason: z.string(),
});
export type Revision = z.infer<typeof Revision>;

/** Part of an address; a number in digits. */
export const RevisionNumber = z.string().regex(/^[1-9]\d{0,8}$/, 'must be the number of a revision');
export type RevisionNumber = z.infer<typeof RevisionNumber>;

/** All that was published for a scan, oldest first; the last is the one that stands. */
export const VerdictHistory = z.object({
  /** Of which scan. */
  scan: ScanId,
  /** Each verdict that was published. */
  revisions: z.array(
    z.object({
      /** 1 is what was published first. */
      number: z.number().int().positive(),
      /** When it was published, ISO 8601 in UTC. */
      at: z.iso.datetime(),
      /** Why, in a sentence. */
      reason: z.string(),
      /** True: the one that stands. */
      current: z.boolean(),
    }),
  ),
});
export type VerdictHistory = z.infer<typeof VerdictHistory>;

/** One row of a hash list, as `threatexchange dataset --print-signals --csv` writes it, and a name. */
export const HashListRow = z.object({
  /** Where the row comes from, as its source names it; may be empty. */
  collab: z.string().max(255).default(''),
  /** Kind of hash: `pdq`, `vpdq`, `video_md5` ...; rows of kinds that are not matched are passed over. */
  signal_type: z.string().max(64),
  /** The hash, as its kind is written. */
  signal_str: z.string().max(4_000_000),
  /** What its source says of it; may be empty. */
  category: z.string().max(64).default(''),
  /** Words of its source; may be empty. */
  tags: z.string().max(1024).default(''),
  /** For people; may be empty. */
  name: z.string().max(255).default(''),
});
export type HashListRow = z.infer<typeof HashListRow>;

const ListName = z.string().trim().min(1).max(100);

/** Longest hash list of one request: 16 MB of frames of `pdq`. */
export const maxHashListRows = 100_000;

/** Body of POST /v1/known-lists. */
export const ImportKnownList = z.strictObject({
  /** For people, 1 to 100 characters; verdicts name the list by it. */
  name: ListName,
  /** What being on the list means. */
  label: DecisionLabel.default('confirmed_manipulated'),
  /** 1 to 100,000 of them. */
  rows: z.array(HashListRow).min(1).max(maxHashListRows),
});
export type ImportKnownList = z.infer<typeof ImportKnownList>;

/** A hash list that scans are compared with. */
export const KnownList = z.object({
  /** Name and version of this form. */
  schema: z.literal('assay.known-list/1'),
  id: KnownListId,
  /** For people. */
  name: z.string(),
  /** What being on the list means. */
  label: DecisionLabel,
  /** For all tenants of the service. */
  shared: z.boolean(),
  /** Entries that are matched, by type of signal. */
  signals: z.record(z.string(), z.number().int()),
  /** Rows of types that are not matched. */
  passedOver: z.number().int(),
  /** When it was imported, ISO 8601 in UTC. */
  createdAt: z.iso.datetime(),
});
export type KnownList = z.infer<typeof KnownList>;

/** Lists that scans of a tenant are compared with. */
export const KnownLists = z.object({
  /** Its own, then those that the operator shares. */
  lists: z.array(KnownList),
});
export type KnownLists = z.infer<typeof KnownLists>;

/** Query of GET /v1/known-media/export. */
export const ExportKnownMedia = z.strictObject({
  /** Media with this decision; absent = with any. */
  label: DecisionLabel.optional(),
  /** Most rows of one page, 1 to 100. */
  limit: z.coerce.number().int().min(1).max(maxPageSize).default(defaultPageSize),
  /** What the page before gave as `next`. */
  cursor: Sha256.optional(),
});
export type ExportKnownMedia = z.infer<typeof ExportKnownMedia>;

/** Rows of a hash list; give `next` as `cursor` to get those behind them. */
export const HashList = z.object({
  /** One page of them. */
  rows: z.array(HashListRow),
  /** Give it as `cursor` to get the next page; null = this was the last. */
  next: z.string().nullable(),
});
export type HashList = z.infer<typeof HashList>;
