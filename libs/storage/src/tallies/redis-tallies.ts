import { closeRedis } from '../redis/close-redis';
import { connectRedis, orUnavailable, type RedisClient } from '../redis/redis-connection';
import type { RedisIndexSettings } from '../redis/redis-settings';
import type { TallyStore } from './tally-store';

const keyOf = (name: string): string => `assay:tally:{${name}}`;

/** See `createRedisTallies`. */
export class RedisTallies implements TallyStore {
  private readonly redis: RedisClient;

  constructor(settings: RedisIndexSettings) {
    this.redis = connectRedis(settings);
  }

  async add(name: string, fields: readonly string[], keepMs: number): Promise<void> {
    if (fields.length === 0) return;
    const counts = new Map<string, number>();
    for (const field of fields) counts.set(field, (counts.get(field) ?? 0) + 1);
    const steps = this.redis.multi();
    for (const [field, count] of counts) steps.hincrby(keyOf(name), field, count);
    await orUnavailable(steps.pexpire(keyOf(name), keepMs).exec());
  }

  async read(name: string): Promise<Record<string, number>> {
    const hash = await orUnavailable(this.redis.hgetall(keyOf(name)));
    return Object.fromEntries(Object.entries(hash).map(([field, count]) => [field, Number(count)]));
  }

  close(): Promise<void> {
    return closeRedis(this.redis);
  }
}
