import { z } from 'zod';
import { DecisionLabel } from './known-labels';
import { MediaId } from './ids';
import { ScanRecord, ScanState } from './scan';
import { Subject } from './subject';
import { TenantId } from './tenant';
import { VerdictLabel } from './verdict-label';

/** Longest list that one request gives, and what it gives when nobody asks for a length. */
export const maxPageSize = 100;
export const defaultPageSize = 20;

/** In UTC the year has four digits, so that times as text sort as times. */
const hasOrdinaryYear = (time: string): boolean => /^\d{4}-/.test(new Date(time).toISOString());

const Instant = z.iso
  .datetime({ offset: true, error: 'must be a time with a zone, like 2026-01-31T12:00:00Z' })
  .refine(hasOrdinaryYear, 'must lie in the years 0 to 9999');

/** An empty value is a mistake of the caller, which `Number` would read as 0. */
const ProbabilityText = z.preprocess(
  (given) => (typeof given === 'string' && given.trim() === '' ? NaN : given),
  z.coerce.number().min(0).max(1),
);

/** Query of GET /v1/scans. All that is given has to hold of a scan. */
export const ListScans = z
  .strictObject({
    /** Most scans of one page, 1 to 100. */
    limit: z.coerce.number().int().min(1).max(maxPageSize).default(defaultPageSize),
    /** What the page before gave as `next`, to the same query; only the limit may be another. */
    cursor: z.string().min(1).max(512).optional(),
    /** Only scans with this label, own or inherited. */
    label: DecisionLabel.optional(),
    /** Only scans of this media item. */
    media: MediaId.optional(),
    /** Only scans in this state. */
    state: ScanState.optional(),
    /** Only scans that ended with this verdict. */
    verdict: VerdictLabel.optional(),
    /** Least probability of a forgery, 0 to 1, itself included. Scans without a probability lie in no range. */
    minProbability: ProbabilityText.optional(),
    /** Greatest probability of a forgery, 0 to 1, itself included. */
    maxProbability: ProbabilityText.optional(),
    /** Only scans asked for at this time or later, to the millisecond. */
    createdAfter: Instant.optional(),
    /** Only scans asked for before this time: ranges side by side share no scan and miss none. */
    createdBefore: Instant.optional(),
    /** Another tenant than one's own: for operators who may also read scans. */
    tenant: TenantId.optional(),
  })
  .superRefine(({ createdAfter, createdBefore, minProbability, maxProbability }, { addIssue }) => {
    if (createdAfter !== undefined && createdBefore !== undefined && !isEarlier(createdAfter, createdBefore))
      addIssue({ code: 'custom', path: ['createdBefore'], message: 'must be later than createdAfter' });
    if (minProbability !== undefined && maxProbability !== undefined && minProbability > maxProbability)
      addIssue({ code: 'custom', path: ['maxProbability'], message: 'must not be below minProbability' });
  });
export type ListScans = z.infer<typeof ListScans>;

const isEarlier = (time: string, other: string): boolean => Date.parse(time) < Date.parse(other);

/** Scans, newest first. May be shorter than the limit before the end: `next` says whether there is more. */
export const ScanList = z.object({
  /** One page of them. */
  scans: z.array(ScanRecord),
  /** Give it as `cursor` to get the next page; null = this was the last. */
  next: z.string().nullable(),
});
export type ScanList = z.infer<typeof ScanList>;

/** Longest address that is read, characters: what browsers and proxies agree on. */
export const maxUrlLength = 2048;

/** Body of POST /v1/media as JSON: take media in from where it lies. */
export const IngestUrl = z.strictObject({
  /** http or https, on the public internet, without credentials. */
  url: z.string().min(1).max(maxUrlLength),
  /** File name, for people; without one, the last part of the address. */
  name: z.string().min(1).max(255).optional(),
  /** Whom or what it is about; see docs/keeping.md. */
  subject: Subject.optional(),
});
export type IngestUrl = z.infer<typeof IngestUrl>;

export const Liveness = z.object({ status: z.literal('live') });
export type Liveness = z.infer<typeof Liveness>;

export const DependencyState = z.enum(['ok', 'unavailable']);
export const Readiness = z.object({
  status: z.enum(['ready', 'unavailable']),
  checks: z.object({ index: DependencyState, store: DependencyState, models: DependencyState }),
});
export type Readiness = z.infer<typeof Readiness>;

/** Artefact of a scan as a verdict names it: a crop, an overlay or a plot. */
export const EvidenceName = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,99}\.(jpg|svg)$/, 'must be the name of an artefact from the verdict');
