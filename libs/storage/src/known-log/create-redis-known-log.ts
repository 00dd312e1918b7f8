import { createRequire } from 'node:module';
import type { RedisIndexSettings } from '../redis/redis-settings';
import type { KnownLog } from './known-log';

const load = createRequire(__filename);

/** The log that all processes share. Connects in the background; the driver is loaded here and not with the library. */
export function createRedisKnownLog(settings: RedisIndexSettings): KnownLog {
  const { RedisKnownLog } = load('./redis-known-log') as typeof import('./redis-known-log');
  return new RedisKnownLog(settings);
}
