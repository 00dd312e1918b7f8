import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { closeRedis } from '../redis/close-redis';
import { connectRedis } from '../redis/redis-connection';
import type { RedisIndexSettings } from '../redis/redis-settings';
import type { RateLimit, RateWindow } from './rate-limit';

/**
 * Counts in Redis. While Redis is away each process counts for itself: a limit that is not exact is better than a service
 * that answers nobody.
 */
export function openRedisRateLimit(settings: RedisIndexSettings, { points, seconds }: RateWindow): RateLimit {
  const redis = connectRedis(settings);
  const window = { points, duration: seconds };
  const limiter = new RateLimiterRedis({
    ...window,
    storeClient: redis,
    keyPrefix: 'assay:rate',
    insuranceLimiter: new RateLimiterMemory(window),
  });
  return {
    async take(name) {
      const state = await limiter.consume(name).catch((refused: unknown) => {
        if (refused instanceof RateLimiterRes) return refused;
        throw refused;
      });
      const { consumedPoints, remainingPoints, msBeforeNext } = state;
      return { allowed: consumedPoints <= points, remaining: remainingPoints, resetMs: msBeforeNext };
    },
    close: () => closeRedis(redis),
  };
}
