/**
 * Invariants: one holder a name at a time, over several processes; a lease that is not renewed ends; tokens rise; a
 * holder learns that someone waits, and a late one can neither renew nor release what is no longer his.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, type TestRedis } from '../../../../test/support/redis';
import { StoreUnavailableError } from '../errors/store-unavailable-error';
import { createRedisLeases } from './create-redis-leases';
import type { LeaseStore } from './lease-store';

const longMs = 60_000;
const shortMs = 60;

let redis: TestRedis;
let one: LeaseStore;
let two: LeaseStore;
beforeAll(async () => {
  redis = await startRedis();
  [one, two] = [createRedisLeases({ url: redis.path }), createRedisLeases({ url: redis.path })];
});
afterAll(async () => {
  await Promise.all([one.close(), two.close()]);
  await redis.close();
});

it('of many who race, one gets it', async () => {
  const racing = Array.from({ length: 20 }, (_, n) => (n % 2 ? one : two).acquire('race', longMs, true));
  const got = (await Promise.all(racing)).filter((lease) => lease !== null);
  expect(got).toHaveLength(1);
});

it('tells the holder that someone waits, and the next one gets a higher token', async () => {
  const first = await one.acquire('name', longMs, true);
  if (!first) throw new Error('it was free');
  expect(await one.renew(first, longMs)).toBe('held');
  expect(await two.acquire('name', longMs, false)).toBeNull();
  expect(await one.renew(first, longMs)).toBe('held');
  expect(await two.acquire('name', longMs, true)).toBeNull();
  expect(await one.renew(first, longMs)).toBe('wanted');
  await one.release(first);
  const second = await two.acquire('name', longMs, true);
  expect(second?.token).toBeGreaterThan(first.token);
  expect(second && (await two.renew(second, longMs))).toBe('held');
});

it('ends by itself, and then the late holder has no say', async () => {
  const late = await one.acquire('late', shortMs, true);
  if (!late) throw new Error('it was free');
  await sleep(2 * shortMs);
  const next = await two.acquire('late', longMs, true);
  expect(next?.token).toBeGreaterThan(late.token);
  expect(await one.renew(late, longMs)).toBe('lost');
  await one.release(late);
  expect(await one.acquire('late', longMs, true)).toBeNull();
});

it('renewing keeps it', async () => {
  const ownMs = 1_500;
  const kept = await one.acquire('kept', ownMs, true);
  if (!kept) throw new Error('it was free');
  expect(await one.renew(kept, longMs)).toBe('held');
  await sleep(ownMs + 200);
  expect(await two.acquire('kept', longMs, true)).toBeNull();
});

it('a Redis that is gone is a typed error', async () => {
  const gone = createRedisLeases({ path: '/tmp/assay-no-such-redis.sock' });
  await expect(gone.acquire('name', longMs, true)).rejects.toThrow(StoreUnavailableError);
  await gone.close();
});
