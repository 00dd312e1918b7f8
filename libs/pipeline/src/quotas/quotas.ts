import type { Quota, QuotaKind, QuotaUsage, TenantId } from '@assay/contracts';
import type { ObjectStore, UsageLimits, UsagePeriod, UsageStore } from '@assay/storage';
import { QuotaExceededError } from '../errors';
import { periodAt, type PeriodTimes } from './period';
import { quotaOf } from './quota-settings';

export const minuteMs = 60_000;
/** Counts are kept this long beyond their period, for whoever asks a moment late, ms. */
const keptBeyondMs = 24 * 3_600_000;

interface Now {
  quota: Quota;
  times: PeriodTimes;
  at: UsagePeriod;
  limits: UsageLimits;
}

/** What tenants may bring in, counted over the whole fleet. All throw StoreUnavailableError. */
export class Quotas {
  constructor(
    private readonly usage: UsageStore,
    private readonly store: ObjectStore,
    readonly fallback: Quota,
    private readonly clock: () => number = Date.now,
  ) {}

  /**
   * Holds room for an upload, or changes how much it holds.
   *
   * @param holdMs after which the room is free again, should nobody settle it
   * @throws QuotaExceededError where there is none; what it held before stays held
   */
  async reserve(
    tenant: TenantId,
    item: { id: string; bytes: number; holdMs: number },
    signal: AbortSignal,
  ): Promise<void> {
    const { at, limits } = await this.now(tenant, signal);
    const lacking = await this.usage.reserve(at, item, limits);
    if (lacking) throw await this.exceeded(tenant, lacking, signal);
  }

  /** What came of an upload that held room. @param taken null = nothing, or what the tenant had before */
  async settle(tenant: TenantId, id: string, taken: { bytes: number } | null, signal: AbortSignal): Promise<void> {
    const { at } = await this.now(tenant, signal);
    await this.usage.settle(at, id, taken);
  }

  /** Counts the video of a scan. Again, it counts nothing until `forgetCharge`. @throws QuotaExceededError */
  async chargeVideo(tenant: TenantId, scan: { id: string; videoMs: number }, signal: AbortSignal): Promise<void> {
    const { at, limits } = await this.now(tenant, signal);
    if (!(await this.usage.charge(at, scan, limits))) throw await this.exceeded(tenant, 'minutes', signal);
  }

  /** It is written down that the scan was counted. */
  forgetCharge(tenant: TenantId, scan: string): Promise<void> {
    return this.usage.forgetCharge(tenant, scan);
  }

  /** @throws QuotaExceededError where not one minute is left: a scan would be planned for nothing */
  async assertMinutesLeft(tenant: TenantId, signal: AbortSignal): Promise<void> {
    const usage = await this.usageOf(tenant, signal);
    if (usage.left.minutes === 0) throw new QuotaExceededError('minutes', usage);
  }

  async usageOf(tenant: TenantId, signal: AbortSignal): Promise<QuotaUsage> {
    const { quota, times, at } = await this.now(tenant, signal);
    const counts = await this.usage.read(at);
    const left = (limit: number | null, taken: number): number | null =>
      limit === null ? null : Math.max(0, limit - taken);
    const minutes = counts.videoMs / minuteMs;
    return {
      tenant,
      quota,
      startsAt: new Date(times.startsMs).toISOString(),
      resetsAt: new Date(times.resetsMs).toISOString(),
      used: { bytes: counts.bytes, items: counts.items, minutes },
      reserved: { bytes: counts.reservedBytes, items: counts.reservedItems },
      left: {
        bytes: left(quota.bytes, counts.bytes + counts.reservedBytes),
        items: left(quota.items, counts.items + counts.reservedItems),
        minutes: left(quota.minutes, minutes),
      },
    };
  }

  /** After a loss of the counts: they are never less than this. */
  async restore(tenant: TenantId, counts: Parameters<UsageStore['restore']>[1], signal: AbortSignal): Promise<void> {
    const { at } = await this.now(tenant, signal);
    await this.usage.restore(at, counts);
  }

  /** When the present period of a tenant began, ms since the epoch. */
  async startOf(tenant: TenantId, signal: AbortSignal): Promise<number> {
    return (await this.now(tenant, signal)).times.startsMs;
  }

  private async exceeded(tenant: TenantId, lacking: QuotaKind, signal: AbortSignal): Promise<QuotaExceededError> {
    return new QuotaExceededError(lacking, await this.usageOf(tenant, signal));
  }

  private async now(tenant: TenantId, signal: AbortSignal): Promise<Now> {
    const quota = await quotaOf(tenant, this.fallback, this.store, signal);
    const times = periodAt(quota.period, this.clock());
    const at = { tenant, period: times.name, forgetAtMs: times.resetsMs + keptBeyondMs };
    const videoMs = quota.minutes === null ? null : quota.minutes * minuteMs;
    return { quota, times, at, limits: { bytes: quota.bytes, items: quota.items, videoMs } };
  }
}
