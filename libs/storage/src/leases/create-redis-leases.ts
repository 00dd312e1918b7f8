import { createRequire } from 'node:module';
import type { RedisIndexSettings } from '../redis/redis-settings';
import type { LeaseStore } from './lease-store';

const load = createRequire(__filename);

/** Leases that all replicas of a service share. The Redis client is loaded here and not with the library, as for the index. */
export function createRedisLeases(settings: RedisIndexSettings): LeaseStore {
  const { RedisLeases } = load('./redis-leases') as typeof import('./redis-leases');
  return new RedisLeases(settings);
}
