import { createRequire } from 'node:module';
import type { RedisIndexSettings } from '../redis/redis-settings';
import type { IdempotencyStore } from './idempotency-store';

const load = createRequire(__filename);

/** What all replicas of a service share. The Redis client is loaded here and not with the library, as for the index. */
export function createRedisIdempotency(settings: RedisIndexSettings): IdempotencyStore {
  const { RedisIdempotency } = load('./redis-idempotency') as typeof import('./redis-idempotency');
  return new RedisIdempotency(settings);
}
