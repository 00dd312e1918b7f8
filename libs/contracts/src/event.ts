import { z } from 'zod';
import { maxPageSize } from './api';
import { MediaId, ScanId } from './ids';
import { DecisionLabel, LabelSource } from './known-labels';
import { Rejection } from './rejection';
import { ScanState } from './scan';
import { Owner } from './tenant';
import { VerdictLabel } from './verdict-label';

/** What happens to a scan and is worth telling. */
export const ScanEventType = z.enum(['verdict.published', 'verdict.revised', 'scan.failed', 'scan.cancelled']);
export type ScanEventType = z.infer<typeof ScanEventType>;
/** What people decide on media. */
export const DecisionEventType = z.enum(['decision.made', 'decision.reversed']);
export type DecisionEventType = z.infer<typeof DecisionEventType>;
/** What the feed and webhooks tell of. */
export const ToldEventType = z.enum([...ScanEventType.options, ...DecisionEventType.options]);
export type ToldEventType = z.infer<typeof ToldEventType>;
/** `webhook.test` goes to one webhook, when its owner asks for it. */
export const EventType = z.enum([...ToldEventType.options, 'webhook.test']);
export type EventType = z.infer<typeof EventType>;

/**
 * The same event has the same id, whoever tells it and however often: scan, type, and the number of times that the scan
 * was started anew, if it was, or of the revision; or media and the id of the decision. No '.', since Standard Webhooks sign ids with dots between.
 */
export const EventId = z
  .string()
  .regex(
    /^(sc_[0-9a-f]{32}-(verdict-published|verdict-revised|scan-failed|scan-cancelled)(-[1-9]\d{0,8})?|md_[0-9a-f]{64}-decision-\d{8}-[0-9a-f]{8}|test_[0-9a-f]{32})$/,
    'must be the id of an event',
  );
export type EventId = z.infer<typeof EventId>;

/** Ids and the short answer. No file name, which may hold a person's name: who may see it asks for the scan. */
export const ScanSummary = z.object({
  /** Which scan. */
  scan: ScanId,
  /** Whose it is. */
  tenant: Owner,
  /** What it looked at. */
  media: MediaId,
  /** Id of its policy. */
  policy: z.string(),
  /** Where it stands. */
  state: ScanState,
  /** The answer; null where the scan ended without one. */
  verdict: VerdictLabel.nullable(),
  /** Of the verdict, 0 to 1; null where there is none, and where no face could be judged. */
  probability: z.number().nullable(),
  /** Why the file was not looked at; null unless `verdict` is `rejected`. */
  rejection: Rejection.nullable(),
  /** Why a scan failed, in a sentence that may be shown; null unless `state` is `failed`. */
  failure: z.string().nullable(),
  /** The service is in mock mode: the verdict is made up. */
  mock: z.literal(true).optional(),
  /** What people decided, on this media or on what it is a copy of; absent = nobody has. */
  label: DecisionLabel.nullish(),
  /** Where `label` is from; absent where there is none. */
  labelSource: LabelSource.nullish(),
  /** Of `verdict.revised`: which revision it is. */
  revision: z.number().int().optional(),
});
export type ScanSummary = z.infer<typeof ScanSummary>;

/** Body of a delivery and entry of the feed. A field that is not known yet may come with a later version. */
export const ScanNews = z.object({
  /** The same wherever and however often it is told, also as `webhook-id`: take one that you know for done. */
  id: EventId,
  /** What happened. */
  type: ScanEventType,
  /** When it happened, not when it was told; ISO 8601 in UTC. */
  timestamp: z.iso.datetime(),
  /** The scan, and its short answer. */
  data: ScanSummary,
});
export type ScanNews = z.infer<typeof ScanNews>;

/** A decision on media, with its scans. Without who made it and why: whoever may know asks for the history. */
export const DecisionNews = z.object({
  /** The same wherever and however often it is told, also as `webhook-id`: take one that you know for done. */
  id: EventId,
  /** What happened. */
  type: DecisionEventType,
  /** When it happened, not when it was told; ISO 8601 in UTC. */
  timestamp: z.iso.datetime(),
  /** The media, what was decided, and the scans that it labels. */
  data: z.object({
    /** What was decided on. */
    media: MediaId,
    /** Whose it is. */
    tenant: Owner,
    /** Id of the entry in the history of the media. */
    decision: z.string(),
    /** What stands now; null = nothing. */
    label: DecisionLabel.nullable(),
    /** All scans of this media. */
    scans: z.array(ScanId),
  }),
});
export type DecisionNews = z.infer<typeof DecisionNews>;

/** What the feed and webhooks tell of. */
export const ToldNews = z.discriminatedUnion('type', [ScanNews, DecisionNews]);
export type ToldNews = z.infer<typeof ToldNews>;

/** Sent to one webhook, when its owner asks for it: nothing happened. */
export const TestNews = z.object({
  /** The same wherever and however often it is told, also as `webhook-id`: take one that you know for done. */
  id: EventId,
  /** What happened. */
  type: z.literal('webhook.test'),
  /** When it happened, not when it was told; ISO 8601 in UTC. */
  timestamp: z.iso.datetime(),
  /** Whom it went to. */
  data: z.object({
    /** Id of the webhook. */
    webhook: z.string(),
  }),
});
export type TestNews = z.infer<typeof TestNews>;

/** An event, as it is sent. Which of them it is, `type` says. */
export const News = z.discriminatedUnion('type', [ScanNews, DecisionNews, TestNews]);
export type News = z.infer<typeof News>;

/** Longest wait of a long poll, seconds: below the minute after which proxies give up a silent connection. */
export const maxWaitSeconds = 30;
const Wait = z.coerce.number().int().min(0).max(maxWaitSeconds).default(0);

/** Query of GET /v1/events. */
export const ListEvents = z.strictObject({
  /** What the page before gave as `next`; absent = from the oldest event that is kept. */
  after: z.string().min(1).max(100).optional(),
  /** Most events of one page, 1 to 100. */
  limit: z.coerce.number().int().min(1).max(maxPageSize).default(maxPageSize),
  /** Seconds to wait for an event when there is none. */
  wait: Wait,
});
export type ListEvents = z.infer<typeof ListEvents>;

/** Oldest first. `next` is always there: ask again with it, also after an empty page. */
export const EventList = z.object({
  /** What happened behind `after`; empty where nothing has. */
  events: z.array(ToldNews),
  /** Give it as `after` to go on from here. */
  next: z.string(),
});
export type EventList = z.infer<typeof EventList>;

/** Query of GET /v1/scans/{scan}. */
export const GetScan = z.strictObject({
  /** Seconds to wait for the end of the scan. */
  wait: Wait,
});
export type GetScan = z.infer<typeof GetScan>;
