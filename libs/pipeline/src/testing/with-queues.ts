import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from '../../../../test/support/redis';
import { openQueues, type ScanQueues } from '../open-queues';

export interface OpenedQueues {
  queues: ScanQueues;
  redis: TestRedis;
  /** Of the Redis below them, past all queues. */
  client: Redis;
}

/**
 * Queues over a real Redis that the tests of this file have to themselves. Call it at the top of the file.
 *
 * @param take is given them before the first test; they are closed after the last
 */
export function withQueues(take: (opened: OpenedQueues) => void): void {
  let close = async (): Promise<void> => undefined;
  beforeAll(async () => {
    const redis = await startRedis();
    const client = new Redis(redis.path);
    const queues = await openQueues({ redisUrl: redis.url });
    close = async () => {
      await queues.close();
      client.disconnect();
      await redis.close();
    };
    take({ queues, redis, client });
  });
  afterAll(() => close());
}
