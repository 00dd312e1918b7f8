import { z } from 'zod';
import { DecisionLabel } from './known-labels';
import { ScanRecord } from './scan';
import { Subject } from './subject';

/** Longest list that one request gives, and what it gives when nobody asks for a length. */
export const maxPageSize = 100;
export const defaultPageSize = 20;

/** Query of GET /v1/scans. */
export const ListScans = z.strictObject({
  /** Most scans of one page, 1 to 100. */
  limit: z.coerce.number().int().min(1).max(maxPageSize).default(defaultPageSize),
  /** What the page before gave as `next`. */
  cursor: z.string().min(1).max(512).optional(),
  /** Only scans with this label, own or inherited. */
  label: DecisionLabel.optional(),
});
export type ListScans = z.infer<typeof ListScans>;

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
