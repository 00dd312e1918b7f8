/**
 * Invariants: one holder of an upload over several lockers; who waits makes the holder end; a lease that was lost, also
 * one that ran out while its process stood still, stops every further byte.
 */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '@assay/pipeline';
import { createRedisLeases, type Lease, type LeaseStore, type Renewal } from '@assay/storage';
import { DataStore } from '@tus/server';
import { startRedis, type TestRedis } from '../support/redis';
import { LeaseLocker } from '../../apps/api/src/uploads/lease-locker';
import { ResumableStore } from '../../apps/api/src/uploads/resumable-store';
import { RunningHashes } from '../../apps/api/src/uploads/running-hashes';
import type { Outcomes } from '../../apps/api/src/uploads/upload-outcome';

const log = createLog({ level: 'silent', service: 'test' });
const never = new AbortController().signal;
const key = `resumable/${'a'.repeat(32)}`;

let redis: TestRedis;
let leases: LeaseStore[];
beforeAll(async () => {
  redis = await startRedis();
  leases = [0, 0].map(() => createRedisLeases({ url: redis.path }));
});
afterAll(async () => {
  await Promise.all(leases.map((store) => store.close()));
  await redis.close();
});

it('makes the holder at another replica end, and then has it', async () => {
  const [one, two] = leases.map((store) => new LeaseLocker(store, log));
  if (!one || !two) throw new Error('two lockers');
  const holding = one.newLock(key);
  const told = jest.fn(() => void holding.unlock());
  await holding.lock(never, told);
  const waiting = two.newLock(key);
  await waiting.lock(never, () => undefined);
  expect(told).toHaveBeenCalledTimes(1);
  expect(one.holdOf(key)).toBeUndefined();
  expect(two.holdOf(key)?.isValid()).toBe(true);
  await waiting.unlock();
});

it('does not disturb the holder where it only tries', async () => {
  const [one, two] = leases.map((store) => new LeaseLocker(store, log));
  const told = jest.fn();
  const hold = await one?.hold(key, never, told);
  expect(await two?.tryHold(key, () => undefined)).toBeNull();
  expect(await hold?.confirm()).toBe(true);
  expect(told).not.toHaveBeenCalled();
  await hold?.release();
});

/** A Redis that gives every lease and then answers as it is told. */
function leasesThat(renewal: () => Renewal): LeaseStore {
  return {
    acquire: async (name): Promise<Lease> => ({ name, token: 1 }),
    renew: async () => renewal(),
    release: async () => undefined,
    close: async () => undefined,
  };
}

it('lets no byte through once the lease is lost', async () => {
  let renewal: Renewal = 'held';
  const locker = new LeaseLocker(
    leasesThat(() => renewal),
    log,
  );
  const written: string[] = [];
  class Place extends DataStore {
    override async write(stream: Readable): Promise<number> {
      for await (const chunk of stream) written.push(String(chunk));
      return written.length;
    }
  }
  const outcomes = { read: async () => null } as unknown as Outcomes;
  const place = { data: new Place(), seal: jest.fn(), read: jest.fn(), remove: jest.fn(), removeOrphans: jest.fn() };
  const store = new ResumableStore(place, outcomes, locker, new RunningHashes(), undefined, never);
  const hold = await locker.hold(key, never, () => undefined);
  async function* stale(): AsyncGenerator<string> {
    yield 'in time';
    await sleep(10);
    renewal = 'lost';
    await hold.confirm();
    yield 'too late';
  }
  await expect(store.write(Readable.from(stale()), key, 0)).rejects.toThrow('run out');
  expect(written).toEqual(['in time']);
  await hold.release();
  await expect(store.write(Readable.from(['x']), key, 0)).rejects.toMatchObject({ status_code: 400 });
});

it('a write whose lease was lost meanwhile is not confirmed', async () => {
  const locker = new LeaseLocker(
    leasesThat(() => 'lost'),
    log,
  );
  class Place extends DataStore {
    override async write(stream: Readable): Promise<number> {
      let bytes = 0;
      for await (const chunk of stream) bytes += String(chunk).length;
      return bytes;
    }
  }
  const outcomes = { read: async () => null } as unknown as Outcomes;
  const place = { data: new Place(), seal: jest.fn(), read: jest.fn(), remove: jest.fn(), removeOrphans: jest.fn() };
  const store = new ResumableStore(place, outcomes, locker, new RunningHashes(), undefined, never);
  const hold = await locker.hold(key, never, () => undefined);
  await expect(store.write(Readable.from(['x']), key, 0)).rejects.toMatchObject({ status_code: 400 });
  await hold.release();
});
