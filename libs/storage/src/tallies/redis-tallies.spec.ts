/** Invariants, with a real Redis: additions of several processes add up; names are apart; what is old goes. */
import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from '../../../../test/support/redis';
import { createRedisTallies } from './create-redis-tallies';

const longMs = 60_000;
let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

it('adds up what several processes count, name by name', async () => {
  const [a, b] = [createRedisTallies({ url: redis.url }), createRedisTallies({ url: redis.url })];
  await Promise.all([
    a.add('x', ['one', 'two', 'one'], longMs),
    b.add('x', ['one'], longMs),
    b.add('y', ['one'], longMs),
  ]);
  await a.add('x', [], longMs);
  expect(await b.read('x')).toEqual({ one: 3, two: 1 });
  expect(await a.read('y')).toEqual({ one: 1 });
  expect(await a.read('z')).toEqual({});
  await Promise.all([a.close(), b.close()]);
});

it('lets counts end with the time that they are kept', async () => {
  const tallies = createRedisTallies({ url: redis.url });
  await tallies.add('ends', ['one'], longMs);
  const direct = new Redis({ path: redis.path });
  const left = await direct.pttl('assay:tally:{ends}');
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(longMs);
  direct.disconnect();
  await tallies.close();
});
