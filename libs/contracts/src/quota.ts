import { z } from 'zod';
import { TenantId } from './tenant';

/** Days and months of UTC, from their first moment. */
export const QuotaPeriod = z.enum(['day', 'month']);
export type QuotaPeriod = z.infer<typeof QuotaPeriod>;

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
  tenant: TenantId,
  quota: Quota,
  startsAt: z.iso.datetime(),
  /** When the next period begins, and everything may be used again. */
  resetsAt: z.iso.datetime(),
  used: z.object({ bytes: Count, items: Count, minutes: z.number().nonnegative() }),
  /** Held for uploads that are under way: given back if nothing comes of them. */
  reserved: z.object({ bytes: Count, items: Count }),
  /** Null = any amount. */
  left: z.object({ bytes: Count.nullable(), items: Count.nullable(), minutes: z.number().nonnegative().nullable() }),
});
export type QuotaUsage = z.infer<typeof QuotaUsage>;
