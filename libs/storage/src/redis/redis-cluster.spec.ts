/**
 * Against a real Redis Cluster of three masters: what is promised of the index, the log of events, the leases and the answers
 * by key holds there as well, so none of their scripts reaches over two slots; and a cluster that is away is an outage.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedisCluster, type RedisCluster } from '../../../../test/support/redis-cluster';
import { StoreUnavailableError } from '../errors/store-unavailable-error';
import { createRedisEventLog } from '../event-log/create-redis-event-log';
import { createRedisIdempotency } from '../idempotency/create-redis-idempotency';
import { idempotencyStoreConformance } from '../idempotency/idempotency-store.conformance';
import { createRedisLeases } from '../leases/create-redis-leases';
import { exampleRecord, scanIndexConformance } from '../scan-index.conformance';
import { createRedisIndex } from './create-redis-index';

/** Servers start here, on machines that may be busy. */
jest.setTimeout(120_000);

const never = new AbortController().signal;
/** The examples are old. */
const centuryMs = 100 * 365 * 86_400_000;
let cluster: RedisCluster;

beforeAll(async () => {
  cluster = await startRedisCluster(0);
});
afterAll(() => cluster?.close());

async function empty(): Promise<void> {
  for (const node of cluster.nodes) await node.ask('flushall');
}

describe('the index', () => {
  beforeEach(empty);
  // Nodes tell each other of events by a bus that keeps no copy: whoever hears of a scan looks at its record too.
  const open = async () => createRedisIndex({ url: cluster.url, keepMs: centuryMs });
  scanIndexConformance(() => ({ open }), { eventsMayBeLost: true });

  it('sends the events of a scan to whoever listens at another node, in their order', async () => {
    const [near, far] = [1, 2].map(() => createRedisIndex({ url: cluster.url }));
    if (!near || !far) throw new Error('unreachable');
    const { id } = exampleRecord(1);
    const seen: number[] = [];
    const end = await far.subscribe(id, ({ percent }) => seen.push(percent));
    const event = { scan: id, state: 'running', stage: 'look', partial: null, verdict: null } as const;
    // Ever more, and never 100: how many are lost before all nodes know of the listener is up to the machine.
    for (let sent = 1; seen.length < 20; sent += 1) {
      await near.publish({ ...event, percent: 100 - 100 / sent, at: new Date().toISOString() });
      await sleep(10);
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    await end();
    await Promise.all([near.close(), far.close()]);
  });
});

describe('answers by key', () => {
  idempotencyStoreConformance(async () => [
    createRedisIdempotency({ url: cluster.url }),
    createRedisIdempotency({ url: cluster.url }),
  ]);
});

it('the log of events is one, wherever it is read and written', async () => {
  await empty();
  const [a, b] = [1, 2].map(() => createRedisEventLog({ url: cluster.url, keepMs: 60_000 }));
  if (!a || !b) throw new Error('unreachable');
  const heard = b.read({ tenant: 'default', after: null, limit: 5, waitMs: 20_000 }, never);
  expect(await a.append('default', 'one')).toBe(true);
  expect(await b.append('default', 'one')).toBe(false);
  expect((await heard).ids).toEqual(['one']);
  await Promise.all([a.close(), b.close()]);
});

it('a lease has one owner', async () => {
  const [one, two] = [1, 2].map(() => createRedisLeases({ url: cluster.url }));
  if (!one || !two) throw new Error('unreachable');
  const lease = await one.acquire('upload', 30_000, false);
  expect(lease).toMatchObject({ token: 1 });
  expect(await two.acquire('upload', 30_000, true)).toBeNull();
  expect(lease && (await one.renew(lease, 30_000))).toBe('wanted');
  if (lease) await one.release(lease);
  expect(await two.acquire('upload', 30_000, false)).toMatchObject({ token: 2 });
  await Promise.all([one.close(), two.close()]);
});

it('keys lie on more than one node, or nothing was shown', async () => {
  const index = createRedisIndex({ url: cluster.url, keepMs: centuryMs });
  for (let n = 1; n <= 9; n += 1) await index.create(exampleRecord(n));
  const sizes = await Promise.all(cluster.nodes.map((node) => node.ask('dbsize')));
  expect(sizes.filter((size) => Number(size) > 0).length).toBeGreaterThan(1);
  await index.close();
});

it('a cluster that is away is an outage, and is used again when it is back', async () => {
  const index = createRedisIndex({ url: cluster.url, keepMs: centuryMs });
  expect(await index.get('sc_none')).toBeNull();
  await Promise.all(cluster.nodes.map((node) => node.kill()));
  await expect(index.get('sc_none')).rejects.toThrow(StoreUnavailableError);
  await Promise.all(cluster.nodes.map((node) => node.start()));
  for (;;) {
    const answer = await index.get('sc_none').catch((error: unknown) => error);
    if (answer === null) break;
    expect(answer).toBeInstanceOf(StoreUnavailableError);
  }
  await index.close();
});
