import { hashTag } from '../redis/keys';
import { closeRedis } from '../redis/close-redis';
import { connectRedis, orUnavailable, type RedisClient } from '../redis/redis-connection';
import type { RedisIndexSettings } from '../redis/redis-settings';
import { chargeScript, readScript, reserveScript, restoreScript, settleScript } from './scripts';
import type { UsageCounts, UsageLimits, UsagePeriod, UsageStore } from './usage-store';

/** How long a scan or an upload is remembered as counted, where whoever counted it did not learn of it, ms. */
const chargedMs = 3600_000;
/** No number is below it: says that there is no limit. */
const noLimit = -1;

/** One hash tag, as Redis Cluster demands of the keys of a script. */
const tenantKey = (tenant: string, part: string): string => `assay:usage:${hashTag(tenant)}:${part}`;

/** See `createRedisUsage`. */
export class RedisUsage implements UsageStore {
  private readonly redis: RedisClient;

  constructor(settings: RedisIndexSettings) {
    this.redis = connectRedis(settings);
  }

  async reserve(
    at: UsagePeriod,
    { id, bytes, holdMs }: { id: string; bytes: number; holdMs: number },
    limits: UsageLimits,
  ): Promise<'bytes' | 'items' | null> {
    const args = [Date.now(), id, bytes, holdMs, limits.bytes ?? noLimit, limits.items ?? noLimit];
    return (await this.run(reserveScript, at, args)) as 'bytes' | 'items' | null;
  }

  async settle(at: UsagePeriod, id: string, taken: { bytes: number } | null): Promise<void> {
    await this.run(settleScript, at, [id, taken?.bytes ?? noLimit, at.forgetAtMs, chargedMs], id);
  }

  async charge(at: UsagePeriod, { id, videoMs }: { id: string; videoMs: number }, limits: UsageLimits) {
    const args = [Math.round(videoMs), limits.videoMs ?? noLimit, at.forgetAtMs, chargedMs];
    return (await this.run(chargeScript, at, args, id)) === 1;
  }

  async forgetCharge(tenant: string, id: string): Promise<void> {
    await orUnavailable(this.redis.del(tenantKey(tenant, `charged:${id}`)));
  }

  async read(at: UsagePeriod): Promise<UsageCounts> {
    const counts = (await this.run(readScript, at, [Date.now()])) as string[];
    const [bytes = 0, items = 0, videoMs = 0, reservedBytes = 0, reservedItems = 0] = counts.map(Number);
    return { bytes, items, videoMs, reservedBytes, reservedItems };
  }

  async restore(at: UsagePeriod, { bytes, items, videoMs }: { bytes: number; items: number; videoMs: number }) {
    await this.run(restoreScript, at, [bytes, items, Math.round(videoMs), at.forgetAtMs]);
  }

  close(): Promise<void> {
    return closeRedis(this.redis);
  }

  /** @param counted what one key says of that it was counted: a scan, an upload */
  private run(
    script: string,
    { tenant, period }: UsagePeriod,
    args: (string | number)[],
    counted = '',
  ): Promise<unknown> {
    const names = [`used:${period}`, 'reserved', 'reserved-until', `charged:${counted}`];
    const keys = names.map((name) => tenantKey(tenant, name));
    return orUnavailable(this.redis.eval(script, keys.length, ...keys, ...args));
  }
}
