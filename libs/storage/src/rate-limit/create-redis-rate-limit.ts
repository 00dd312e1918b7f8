import { createRequire } from 'node:module';
import type { RedisIndexSettings } from '../redis/redis-settings';
import type { RateLimit, RateWindow } from './rate-limit';

const load = createRequire(__filename);

/** Limits that count in Redis. The driver is loaded here and not with the library, as for the index. */
export function createRedisRateLimit(settings: RedisIndexSettings, window: RateWindow): RateLimit {
  const { openRedisRateLimit } = load('./redis-rate-limit') as typeof import('./redis-rate-limit');
  return openRedisRateLimit(settings, window);
}
