import { Redis } from 'ioredis';
import type { ObjectStore } from '@assay/storage';

const never = new AbortController().signal;
/** Keys of Redis that one question asks for. */
const scanCount = 1_000;

/**
 * Looks through everything: every key of the object store and every byte under it, every key of Redis and every value, of
 * whatever type, the queues' own included.
 *
 * @param needles texts that must not be anywhere
 * @returns where they are, as `store:key` and `redis:key`
 */
export async function tracesOf(
  needles: readonly string[],
  { store, redisPath }: { store: ObjectStore; redisPath: string },
): Promise<string[]> {
  const found: string[] = [];
  const look = (place: string, ...texts: (string | Buffer)[]): void => {
    if (needles.some((needle) => texts.some((text) => text.includes(needle)))) found.push(place);
  };
  for await (const { key } of store.list('', never)) {
    look(`store:${key}`, key, (await store.get(key, never)) ?? '');
  }
  const redis = new Redis(redisPath);
  try {
    for (let cursor = '0'; ;) {
      const [next, keys] = await redis.scan(cursor, 'COUNT', scanCount);
      for (const key of keys) look(`redis:${key}`, key, JSON.stringify(await valueOf(redis, key)));
      if (next === '0') return found;
      cursor = next;
    }
  } finally {
    redis.disconnect();
  }
}

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, 0, -1);
    case 'stream':
      return redis.xrange(key, '-', '+');
    case 'none':
      return null;
    default:
      throw new Error(`There is no way to look into a ${type}.`);
  }
}
