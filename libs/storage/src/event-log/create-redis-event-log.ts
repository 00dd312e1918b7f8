import { createRequire } from 'node:module';
import type { RedisIndexSettings } from '../redis/redis-settings';
import type { EventLog } from './event-log';
import type { EventLogSettings } from './event-log-settings';

const load = createRequire(__filename);

/** The log that all processes share. Connects in the background; the driver is loaded here and not with the library. */
export function createRedisEventLog(settings: RedisIndexSettings & EventLogSettings): EventLog {
  const { RedisEventLog } = load('./redis-event-log') as typeof import('./redis-event-log');
  return new RedisEventLog(settings);
}
