import { setTimeout as sleep } from 'node:timers/promises';
import type { ScanRecord } from '@assay/contracts';
import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from '../../../../test/support/redis';
import { StoreUnavailableError } from '../errors/store-unavailable-error';
import { exampleRecord, scanIndexConformance, until } from '../scan-index.conformance';
import { maxRecordsRead } from '../list-scans';
import type { ScanIndex } from '../scan-index';
import { createRedisIndex } from './create-redis-index';

const never = new AbortController().signal;
const centuryMs = 100 * 365 * 24 * 3_600_000;

/**
 * Against a real Redis: the conformance suite, and beyond it
 *
 * 1. All keys of a scan share a hash tag, and end with their time.
 * 2. Two indexes (API and worker) see each other's records and events.
 * 3. Deleting every scan leaves no key at all.
 * 4. A creator that died between record and lists is made good by the next one.
 * 5. A Redis that is not there, or goes away, fails typed and never ends the process; subscriptions and commands work
 *    again once it is back.
 * 6. A list reads the scans of one media item without going through all others.
 * 7. `redis://`-style and socket addresses both work.
 */
describe('Redis as scan index', () => {
  let server: TestRedis;
  let raw: Redis;

  beforeAll(async () => {
    server = await startRedis();
    raw = new Redis(server.path);
  });
  beforeEach(() => raw.flushall());
  afterAll(async () => {
    raw.disconnect();
    await server.close();
  });

  // Its records are of a day long ago.
  scanIndexConformance(() => ({ open: async () => createRedisIndex({ url: server.url, keepMs: centuryMs }) }));

  describe('keys and sharing', () => {
    let index: ScanIndex;
    let other: ScanIndex;
    const { id, media } = exampleRecord(1);

    beforeEach(() => {
      index = createRedisIndex({ path: server.path, keepMs: centuryMs });
      other = createRedisIndex({ url: server.path, keepMs: centuryMs });
    });
    afterEach(() => Promise.all([index.close(), other.close()]));

    it('keeps a scan in one slot, until its time is over or it is deleted', async () => {
      await index.create(exampleRecord(1));
      await index.markSegmentDone(id, 0);
      const keys = (await raw.keys('*')).sort();
      const own = [`assay:{${id}}:record`, `assay:{${id}}:segments`];
      expect(keys).toEqual(['assay:scans', `assay:{${media}}:scans`, ...own].sort());
      const ending = keys.filter((key) => key !== 'assay:scans');
      for (const key of ending) expect([key, (await raw.pttl(key)) > 0]).toEqual([key, true]);
      await index.delete(id);
      expect(await raw.keys('*')).toEqual([]);
    });

    it('forgets a scan, its segments and its places in the lists when its time is over', async () => {
      const short = createRedisIndex({ path: server.path, keepMs: 400 });
      const now = () => new Date().toISOString();
      const record = (n: number, state: ScanRecord['state']) =>
        exampleRecord(n, { media, state, createdAt: now(), updatedAt: now() });
      // Whether they are listed is not asked: on a busy machine their time may be over by then.
      expect(await short.create(record(1, 'running'))).toBe('created');
      await short.markSegmentDone(id, 0);
      expect(await short.create(record(2, 'done'))).toBe('created');
      await until(async () => (await short.get(id)) === null && (await short.get(exampleRecord(2).id)) === null);
      await sleep(400);
      // Whoever comes next takes the old places out; of an hour ahead, as its own would be one on a busy machine.
      const createdAt = new Date(Date.now() + 3_600_000).toISOString();
      expect(await short.create({ ...record(3, 'running'), createdAt })).toBe('created');
      expect(await raw.zcard('assay:scans')).toBe(1);
      expect((await raw.keys('*')).filter((key) => key.includes(id))).toEqual([]);
      await short.close();
    });

    it('gives a scan that ended long ago no second life, and one that is under way a whole one', async () => {
      const month = createRedisIndex({ path: server.path });
      const old = { createdAt: '2020-01-01T00:00:00.000Z', updatedAt: '2020-01-02T00:00:00.000Z' };
      await month.restore(exampleRecord(1, { ...old, state: 'done' }));
      await month.restore(exampleRecord(2, { ...old, state: 'running' }));
      await until(async () => (await month.get(id)) === null);
      expect(await month.get(exampleRecord(2).id)).toMatchObject({ state: 'running' });
      await month.close();
    });

    it('removes a scan whose record it has forgotten, where it is told what the scan was', async () => {
      await index.create(exampleRecord(1));
      await raw.del(`assay:{${id}}:record`);
      await index.delete(id, exampleRecord(1));
      expect(await raw.keys('*')).toEqual([]);
    });

    it('of a media item reads its own scans alone, and goes through the list where they are too many', async () => {
      for (const n of [1, 2, 3, 4]) await index.create(exampleRecord(n, { media: exampleRecord(n % 2).media }));
      const read = async (): Promise<string[]> => {
        await raw.config('RESETSTAT');
        const page = await index.list({ tenant: 'default', limit: 5, cursor: null, media });
        expect(page.cursor).toBeNull();
        return page.scans.map((scan) => scan.id);
      };
      const timesAsked = async () => Number(/cmdstat_hmget:calls=(\d+)/.exec(await raw.info('commandstats'))?.[1]);
      const ids = [exampleRecord(3).id, exampleRecord(1).id];
      expect(await read()).toEqual(ids);
      expect(await timesAsked()).toBe(2);
      await raw.sadd(`assay:{${media}}:scans`, ...Array.from({ length: maxRecordsRead }, (_, n) => `sc_${n}`));
      expect(await read()).toEqual(ids);
      expect(await timesAsked()).toBe(4);
    });

    it('passes over places whose records are gone', async () => {
      for (const n of [1, 2, 3]) await index.create(exampleRecord(n));
      for (const n of [2, 3]) await raw.del(`assay:{${exampleRecord(n).id}}:record`);
      for (const query of [{}, { state: 'queued' }, { media }] as const) {
        const page = await index.list({ tenant: 'default', limit: 1, cursor: null, ...query });
        expect(page.scans.map((scan) => scan.id)).toEqual([id]);
      }
    });

    it('is shared by several processes', async () => {
      const seen: number[] = [];
      const end = await other.subscribe(id, (event) => seen.push(event.percent));
      await index.create(exampleRecord(1, { state: 'running' }));
      await Promise.all([index.update(id, { percent: 40 }), other.update(id, { segments: 3 })]);
      expect(await other.get(id)).toMatchObject({ percent: 40, segments: 3 });
      const at = new Date().toISOString();
      await index.publish({ scan: id, state: 'running', stage: 'look', percent: 40, at, partial: null, verdict: null });
      await until(() => seen.length > 0);
      expect(seen).toEqual([40]);
      await end();
    });

    it('drops a message that is no event', async () => {
      const seen: number[] = [];
      const end = await index.subscribe(id, (event) => seen.push(event.percent));
      for (const text of ['', '{', '{"percent":7}']) await raw.publish(`assay:{${id}}:events`, text);
      const at = new Date().toISOString();
      await index.publish({ scan: id, state: 'running', stage: 'look', percent: 1, at, partial: null, verdict: null });
      await until(() => seen.length > 0);
      expect(seen).toEqual([1]);
      await end();
    });

    it('a second creator finishes what a dead one began', async () => {
      await index.create(exampleRecord(1));
      await raw.del('assay:scans', `assay:{${media}}:scans`);
      expect(await other.create(exampleRecord(1))).toBe('exists');
      expect((await index.list({ tenant: 'default', limit: 5, cursor: null })).scans).toHaveLength(1);
      expect(await index.scansOfMedia(media, 'default')).toEqual([id]);
    });
  });
});

describe('a Redis that is not there', () => {
  it('fails typed, without an uncaught error, and closes at once', async () => {
    const index = createRedisIndex({ path: '/tmp/assay-no-such.sock' });
    const tries = [
      () => index.check(never),
      () => index.get(exampleRecord(1).id),
      () => index.create(exampleRecord(1)),
      () => index.update(exampleRecord(1).id, { percent: 1 }),
      () => index.list({ tenant: 'default', limit: 1, cursor: null }),
      () => index.subscribe(exampleRecord(1).id, () => {}),
    ];
    for (const attempt of tries) await expect(attempt()).rejects.toThrow(StoreUnavailableError);
    const stop = new AbortController();
    const checking = index.check(stop.signal);
    const reason = new Error('told to stop');
    stop.abort(reason);
    await expect(checking).rejects.toBe(reason);
    await index.close();
  });

  it('is used again once it is back, subscriptions included', async () => {
    const first = await startRedis();
    const index = createRedisIndex({ url: first.url });
    const { id } = exampleRecord(1);
    const seen: number[] = [];
    await index.subscribe(id, (event) => seen.push(event.percent));
    await first.close();
    await expect(index.get(id)).rejects.toThrow(StoreUnavailableError);

    const second = await startRedis(first.path);
    const at = new Date().toISOString();
    const event = { scan: id, state: 'running', stage: 'look', percent: 9, at, partial: null, verdict: null } as const;
    // Both connections come back by themselves; until the subscribing one is back, events go unheard.
    const publishing = setInterval(() => {
      index.publish(event).catch((error: unknown) => expect(error).toBeInstanceOf(StoreUnavailableError));
    }, 20);
    await until(() => seen.length > 0).finally(() => clearInterval(publishing));
    expect(await index.create(exampleRecord(1))).toBe('created');
    await index.close();
    await second.close();
  });
});
