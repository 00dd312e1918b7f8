/**
 * Against a real Redis, with two logs over it as two replicas have:
 *
 * 1. Every reader sees the same events in the same order, whichever replica it asks; the same id counts once.
 * 2. A reader that asks again with `next` gets what came since and nothing twice, however many write meanwhile.
 * 3. A reader that waits is woken by an event from another process at once, and let go at its time or when told.
 * 4. Events are kept for the time that was said; who has missed some is told, and who has not is not. So it is with those that
 *    retention took out before, in whatever order; of those that were deleted nobody is told.
 * 5. A log that was lost begins anew: the places of the old one lead to its beginning.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from '../../../../test/support/redis';
import { EventsExpiredError } from '../errors/events-expired-error';
import { ListCursorError } from '../errors/list-cursor-error';
import { StoreUnavailableError } from '../errors/store-unavailable-error';
import { createRedisEventLog } from './create-redis-event-log';
import type { EventLog } from './event-log';

const never = new AbortController().signal;
const keepMs = 60_000;
const tenant = 'default';
let redis: TestRedis;
let raw: Redis;
let a: EventLog;
let b: EventLog;

beforeAll(async () => {
  redis = await startRedis();
  raw = new Redis(redis.path);
});
afterAll(async () => {
  raw.disconnect();
  await redis.close();
});
beforeEach(async () => {
  await raw.flushall();
  a = createRedisEventLog({ url: redis.url, keepMs });
  b = createRedisEventLog({ url: redis.url, keepMs });
});
afterEach(() => Promise.all([a.close(), b.close()]));

const read = (log: EventLog, after: string | null, limit = 100) => log.read({ tenant, after, limit, waitMs: 0 }, never);

it('shows the same order to all readers, and an id once', async () => {
  expect([await a.append(tenant, 'one'), await b.append(tenant, 'two'), await b.append(tenant, 'one')]).toEqual([
    true,
    true,
    false,
  ]);
  expect((await read(a, null)).ids).toEqual(['one', 'two']);
  expect(await read(b, null)).toEqual(await read(a, null));
});

it('takes events out without a trace, and readers go on from where they were', async () => {
  for (const id of ['one', 'two', 'three']) await a.append(tenant, id);
  const page = await read(a, null, 2);
  await b.remove(tenant, ['two', 'never']);
  expect((await read(a, null)).ids).toEqual(['one', 'three']);
  expect((await read(a, page.next)).ids).toEqual(['three']);
  expect(await raw.hkeys('assay:{events}:places')).toEqual(['one', 'three']);
  expect(await a.append(tenant, 'two')).toBe(true);
});

it('takes out what has expired, in any order, and tells who has not come as far', async () => {
  const places: string[] = [];
  for (const id of ['one', 'two', 'three', 'four']) {
    places.push((await read(a, null)).next);
    await a.append(tenant, id);
  }
  const [, knowsOne = '', knowsTwo = '', knowsThree = ''] = places;
  await b.expire(tenant, ['three', 'never']);
  await b.expire(tenant, ['one']);
  for (const behind of [knowsOne, knowsTwo]) await expect(read(a, behind)).rejects.toThrow(EventsExpiredError);
  expect((await read(a, knowsThree)).ids).toEqual(['four']);
  expect(await raw.hkeys('assay:{events}:places')).toEqual(['two', 'four']);
  // Who begins anew can go on from there, however small his pages: not even from before the first of them is anything missed.
  const begun = await read(a, null, 1);
  expect(begun.ids).toEqual(['four']);
  expect(await read(a, begun.next)).toEqual({ ids: [], next: begun.next });
  await b.remove(tenant, ['four']);
  expect(await read(a, knowsThree)).toEqual({ ids: [], next: knowsThree });
});

it('tells of the latest that has expired, also when what is older is trimmed afterwards', async () => {
  const brief = createRedisEventLog({ url: redis.url, keepMs: 100 });
  await a.append(tenant, 'old');
  const { next: knowsOld } = await read(a, null);
  await a.append(tenant, 'later');
  await a.expire(tenant, ['later']);
  await sleep(150);
  await brief.append(tenant, 'new');
  await brief.close();
  await expect(read(a, knowsOld)).rejects.toThrow(EventsExpiredError);
  expect((await read(a, null)).ids).toEqual(['new']);
});

it('loses and repeats nothing while many write', async () => {
  const written = Array.from({ length: 300 }, (_, at) => `event-${at}`);
  const writing = Promise.all(written.map((id, at) => (at % 2 ? a : b).append(tenant, id)));
  const seen: string[] = [];
  for (let after: string | null = null; seen.length < written.length;) {
    const page = await read(seen.length % 2 ? a : b, after, 7);
    seen.push(...page.ids);
    after = page.next;
  }
  await writing;
  expect([...seen].sort()).toEqual([...written].sort());
  expect((await read(a, null, 1000)).ids).toEqual(seen);
});

it('wakes a reader that waits, and lets it go in time or when told', async () => {
  const { next } = await read(a, null);
  const started = performance.now();
  const waiting = a.read({ tenant, after: next, limit: 10, waitMs: 20_000 }, never);
  await sleep(100);
  await b.append(tenant, 'news');
  expect((await waiting).ids).toEqual(['news']);
  expect(performance.now() - started).toBeLessThan(3_000);

  const after = (await waiting).next;
  expect(await a.read({ tenant, after, limit: 10, waitMs: 50 }, never)).toEqual({ ids: [], next: after });
  const leaving = new AbortController();
  const left = a.read({ tenant, after, limit: 10, waitMs: 20_000 }, leaving.signal);
  await sleep(50);
  leaving.abort();
  expect(await left).toEqual({ ids: [], next: after });
});

it('hears what is written between its look and its wait', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { next } = await read(a, null);
    const started = performance.now();
    const [page] = await Promise.all([
      a.read({ tenant, after: next, limit: 10, waitMs: 20_000 }, never),
      b.append(tenant, `quick-${round}`),
    ]);
    expect([page.ids, performance.now() - started < 3_000]).toEqual([[`quick-${round}`], true]);
  }
});

it('forgets what is old, and tells who has missed some of it', async () => {
  const brief = createRedisEventLog({ url: redis.url, keepMs: 100 });
  const { next: empty } = await read(a, null);
  await a.append(tenant, 'old');
  const { next: knowsOld } = await read(a, null);
  await sleep(150);
  await brief.append(tenant, 'new');
  await brief.close();
  expect((await read(a, knowsOld)).ids).toEqual(['new']);
  expect((await read(a, null)).ids).toEqual(['new']);
  await expect(read(a, empty)).rejects.toThrow(EventsExpiredError);
  // Nothing of it stays: it may come again.
  expect(await a.append(tenant, 'old')).toBe(true);
});

it('begins anew when Redis lost it, without leaving anyone behind', async () => {
  await a.append(tenant, 'before');
  const { next } = await read(a, null);
  await raw.flushall();
  await b.append(tenant, 'after');
  expect((await read(a, next)).ids).toEqual(['after']);
});

it('refuses what is no place', async () => {
  for (const after of ['x', '0-0', `${'0'.repeat(12)}-1-1-1`, `${'0'.repeat(12)}-1`]) {
    await expect(read(a, after)).rejects.toThrow(ListCursorError);
  }
});

it('fails typed without Redis, also who waits', async () => {
  const log = createRedisEventLog({ path: '/tmp/assay-no-such.sock', keepMs });
  await expect(log.append(tenant, 'x')).rejects.toThrow(StoreUnavailableError);
  await expect(log.read({ tenant, after: null, limit: 1, waitMs: 5_000 }, never)).rejects.toThrow(
    StoreUnavailableError,
  );
  await log.close();
});
