import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { closeRedis, connectRedis } from '../redis/redis-connection';
import type { RedisIndexSettings } from '../redis/redis-settings';

export interface RateLimitState {
  allowed: boolean;
  remaining: number;
  /** Until the window begins anew. */
  resetMs: number;
}

/** How often something may be done in a window of time, counted over all processes. */
export interface RateLimit {
  /** Counts one. */
  take(name: string): Promise<RateLimitState>;
  close(): Promise<void>;
}

/**
 * Counts in Redis. While Redis is away each process counts for itself: a limit that is not exact is better than a service
 * that answers nobody.
 */
export function createRedisRateLimit(
  settings: RedisIndexSettings,
  { points, seconds }: { points: number; seconds: number },
): RateLimit {
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
