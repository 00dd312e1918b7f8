import { createRequire } from 'node:module';
import type { RedisIndexSettings } from '../redis/redis-settings';
import type { TallyStore } from './tally-store';

const load = createRequire(__filename);

/** Counters that all processes of a service share. The Redis client is loaded here and not with the library, as for the index. */
export function createRedisTallies(settings: RedisIndexSettings): TallyStore {
  const { RedisTallies } = load('./redis-tallies') as typeof import('./redis-tallies');
  return new RedisTallies(settings);
}
