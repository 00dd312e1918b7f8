import { createRequire } from 'node:module';
import type { Redis, RedisOptions } from 'ioredis';

const load = createRequire(__filename);

/** A client with all its options said by its user. The driver is loaded here and not with the library, as for the index. */
export function createRedisClient(options: RedisOptions): Redis {
  const driver = load('ioredis') as typeof import('ioredis');
  return new driver.Redis(options);
}
