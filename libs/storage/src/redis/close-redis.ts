import type { RedisClient } from './redis-connection';

/** Lets commands in flight finish if the connection lives, and never waits for one that does not. */
export async function closeRedis(redis: RedisClient): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => {});
  // Between two attempts to connect, `disconnect` forgets the commands that wait; during one it fails them.
  if (redis.status === 'reconnecting') redis.connect().catch(() => {});
  redis.disconnect();
}
