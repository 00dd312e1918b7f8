import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from '../../../../test/support/redis';
import { tracesOf } from '../../../../test/support/traces';
import { createFolderStore } from '../folder/folder-store';
import { createRedisKnownLog } from './create-redis-known-log';
import { describeKnownLog } from './known-log.conformance';
import { createMemoryKnownLog } from './memory-known-log';

describeKnownLog('memory', async () => ({ log: createMemoryKnownLog() }));

describe('with a Redis', () => {
  let redis: TestRedis;
  let raw: Redis;
  beforeAll(async () => {
    redis = await startRedis();
    raw = new Redis(redis.path);
  });
  afterAll(async () => {
    raw.disconnect();
    await redis.close();
  });
  const lose = async (): Promise<void> => void (await raw.flushall());
  describeKnownLog('Redis', async () => {
    await lose();
    return { log: createRedisKnownLog({ path: redis.path }), lose };
  });

  it('leaves nothing in Redis that says what was removed, and forgets in the end that something was', async () => {
    await lose();
    const log = createRedisKnownLog({ path: redis.path });
    const kept = { kept: true, most: 0 };
    await log.put('default', { id: 'stays', value: 'stays' }, kept);
    await log.put('default', { id: 'secret-id', value: 'secret-value' }, kept);
    const early = await log.changes('default', null, 10);
    await log.remove('default', 'secret-id');
    const root = await mkdtemp(join(tmpdir(), 'assay-known-log-'));
    const store = createFolderStore({ root });
    expect(await tracesOf(['secret'], { store, redisPath: redis.path })).toEqual([]);
    await store.close();
    await rm(root, { recursive: true });
    // As many as are told of, and one more; together, as one answer after the other takes its time.
    for (let from = 0; from < 10_001; from += 137) {
      const some = Array.from({ length: 137 }, (_, at) => ({ id: `passes-${from + at}`, value: String(at) }));
      await Promise.all(some.map((entry) => log.put('default', entry, { kept: false, most: 0 })));
    }
    await log.put('default', { id: 'last', value: 'last' }, kept);
    // Whoever held it was not told, so he is told to read anew, over several pages.
    const values: (string | null)[] = [];
    let page = await log.changes('default', early.next, 500);
    expect(page.anew).toBe(true);
    for (;;) {
      values.push(...page.entries.map(({ value }) => value));
      if (!page.more) break;
      page = await log.changes('default', page.next, 500);
      expect(page.anew).toBe(false);
    }
    expect(values.filter((value) => value !== null)).toEqual(['stays', 'last']);
    expect(await raw.zcard('assay:{known%3Adefault}:changes')).toBeLessThan(10_010);
    await log.close();
  });
});
