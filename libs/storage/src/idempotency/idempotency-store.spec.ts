import { startRedis } from '../../../../test/support/redis';
import { createRedisIdempotency } from './create-redis-idempotency';
import { idempotencyStoreConformance } from './idempotency-store.conformance';
import { createMemoryIdempotency } from './memory-idempotency';

describe('in memory', () => {
  idempotencyStoreConformance(async () => {
    const store = createMemoryIdempotency();
    return [store, store];
  });
});

describe('in Redis', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  afterAll(() => redis.close());

  idempotencyStoreConformance(async () => {
    redis = await startRedis();
    return [createRedisIdempotency({ url: redis.path }), createRedisIdempotency({ url: redis.path })];
  });
});
