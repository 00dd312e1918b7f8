import { z } from 'zod';
import { TenantId } from './tenant';

/** Days and months of UTC, from their first moment. */
export const QuotaPeriod = z.enum(['day', 'month']);
export type QuotaPeriod = z.infer<typeof QuotaPeriod>;

/** Null = any amount. */
const Limit = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).nullable();

/** How much a tenant may bring in a period; null = any amount. */
export const Quota = z.strictObject({
  period: QuotaPeriod,
  /** Bytes of media taken in. What the tenant had before is not counted again. */
  bytes: Limit,
  /** Media items taken in. */
  items: Limit,
  /** Minutes of video that scans look at; stills count nothing. */
  minutes: Limit,
});
export type Quota = z.infer<typeof Quota>;

/** One of the three things that are counted. */
export const QuotaKind = z.enum(['bytes', 'items', 'minutes']);
export type QuotaKind = z.infer<typeof QuotaKind>;

const Count = z.number().int().nonnegative();

/** What a tenant has used of its quota. */
export const QuotaUsage = z.object({
  /** Whose quota it is. */
  tenant: TenantId,
  /** How much may be used in a period. */
  quota: Quota,
  /** When the present period began, ISO 8601 in UTC. */
  startsAt: z.iso.datetime(),
  /** When the next period begins, and everything may be used again. */
  resetsAt: z.iso.datetime(),
  /** In this period. */
  used: z.object({
    /** Bytes of media taken in. */
    bytes: Count,
    /** Media items taken in. */
    items: Count,
    /** Minutes of video that scans looked at. */
    minutes: z.number().nonnegative(),
  }),
  /** Held for uploads that are under way: given back if nothing comes of them. */
  reserved: z.object({
    /** Bytes announced and not yet taken in. */
    bytes: Count,
    /** Uploads. */
    items: Count,
  }),
  /** What may still be used in this period, less what is reserved; null = any amount. */
  left: z.object({
    /** Bytes of media; null = any amount. */
    bytes: Count.nullable(),
    /** Media items; null = any amount. */
    items: Count.nullable(),
    /** Minutes of video; null = any amount. */
    minutes: z.number().nonnegative().nullable(),
  }),
});
export type QuotaUsage = z.infer<typeof QuotaUsage>;
