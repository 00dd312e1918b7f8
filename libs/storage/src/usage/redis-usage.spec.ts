/**
 * Invariants, over several processes at once: never more is let in than there is room for; what comes to nothing is given back; a
 * holder that died holds nothing for ever; a scan counts once; a restored count never shrinks what is known.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, type TestRedis } from '../../../../test/support/redis';
import { createRedisUsage } from './create-redis-usage';
import type { UsagePeriod, UsageStore } from './usage-store';

const unlimited = { bytes: null, items: null, videoMs: null };
const holdMs = 60_000;
const at = (tenant: string): UsagePeriod => ({ tenant, period: '2026-11', forgetAtMs: Date.now() + 3_600_000 });

let redis: TestRedis;
let one: UsageStore;
let two: UsageStore;
beforeAll(async () => {
  redis = await startRedis();
  [one, two] = [createRedisUsage({ url: redis.path }), createRedisUsage({ url: redis.path })];
});
afterAll(async () => {
  await Promise.all([one.close(), two.close()]);
  await redis.close();
});

it('of many who race, no more get room than there is', async () => {
  const limits = { ...unlimited, bytes: 1000, items: 50 };
  const asked = Array.from({ length: 40 }, (_, n) =>
    (n % 2 ? one : two).reserve(at('race'), { id: String(n), bytes: 90, holdMs }, limits),
  );
  const answers = await Promise.all(asked);
  expect(answers.filter((lacking) => lacking === null)).toHaveLength(11);
  expect(answers.filter((lacking) => lacking === 'bytes')).toHaveLength(29);
  expect(await one.read(at('race'))).toMatchObject({ reservedBytes: 990, reservedItems: 11, bytes: 0, items: 0 });
});

it('gives room back, counts what came, and lets a reservation grow', async () => {
  const limits = { ...unlimited, bytes: 100, items: 2 };
  expect(await one.reserve(at('grow'), { id: 'a', bytes: 60, holdMs }, limits)).toBeNull();
  expect(await two.reserve(at('grow'), { id: 'a', bytes: 100, holdMs }, limits)).toBeNull();
  expect(await two.reserve(at('grow'), { id: 'b', bytes: 1, holdMs }, limits)).toBe('bytes');
  await one.settle(at('grow'), 'a', { bytes: 40 });
  expect(await two.reserve(at('grow'), { id: 'b', bytes: 60, holdMs }, limits)).toBeNull();
  expect(await two.reserve(at('grow'), { id: 'c', bytes: 0, holdMs }, limits)).toBe('items');
  await one.settle(at('grow'), 'b', null);
  expect(await one.read(at('grow'))).toEqual({ bytes: 40, items: 1, videoMs: 0, reservedBytes: 0, reservedItems: 0 });
});

it('counts what came once, also where the answer was lost and it is told again', async () => {
  const limits = { ...unlimited, bytes: 100 };
  await one.reserve(at('twice'), { id: 'a', bytes: 40, holdMs }, limits);
  await one.settle(at('twice'), 'a', { bytes: 40 });
  await two.settle(at('twice'), 'a', { bytes: 40 });
  expect(await one.read(at('twice'))).toMatchObject({ bytes: 40, items: 1, reservedBytes: 0 });
});

it('a reservation whose holder died ends by itself', async () => {
  const limits = { ...unlimited, bytes: 10 };
  expect(await one.reserve(at('dead'), { id: 'a', bytes: 10, holdMs: 50 }, limits)).toBeNull();
  await sleep(100);
  expect(await two.reserve(at('dead'), { id: 'b', bytes: 10, holdMs }, limits)).toBeNull();
});

it('counts the video of a scan once, and none beyond the limit', async () => {
  const limits = { ...unlimited, videoMs: 1000 };
  expect(await one.charge(at('video'), { id: 'sc_1', videoMs: 700 }, limits)).toBe(true);
  expect(await two.charge(at('video'), { id: 'sc_1', videoMs: 700 }, limits)).toBe(true);
  expect(await two.charge(at('video'), { id: 'sc_2', videoMs: 301 }, limits)).toBe(false);
  expect(await two.charge(at('video'), { id: 'sc_3', videoMs: 300 }, limits)).toBe(true);
  expect((await one.read(at('video'))).videoMs).toBe(1000);
});

it('restores what was lost, and keeps what is known better', async () => {
  await one.settle(at('lost'), 'a', { bytes: 500 });
  await one.restore(at('lost'), { bytes: 300, items: 4, videoMs: 9 });
  expect(await one.read(at('lost'))).toMatchObject({ bytes: 500, items: 4, videoMs: 9 });
});
