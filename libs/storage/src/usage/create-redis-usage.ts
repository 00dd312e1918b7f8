import { createRequire } from 'node:module';
import type { RedisIndexSettings } from '../redis/redis-settings';
import type { UsageStore } from './usage-store';

const load = createRequire(__filename);

/** Counts that all replicas share. The Redis client is loaded here and not with the library, as for the index. */
export function createRedisUsage(settings: RedisIndexSettings): UsageStore {
  const { RedisUsage } = load('./redis-usage') as typeof import('./redis-usage');
  return new RedisUsage(settings);
}
