/**
 * Invariants, with a real Redis, a store, couriers and receivers: one that swallows what it gets holds up nobody else; what is under way to
 * it has a bound in the whole fleet, and a low one once it is known to be slow; what is over that waits aside without a try and without a
 * question to the store, and goes on as soon as there is a place; callbacks have the places of the server that they lead to; of a delivery
 * that is erased nothing is left.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeliverJob, News } from '@assay/contracts';
import {
  createLog,
  createWebhook,
  deliver,
  LaterError,
  loadConfig,
  openQueues,
  queueSettings,
  type ScanQueues,
} from '@assay/pipeline';
import { createFolderStore, type ObjectStore } from '@assay/storage';
import { Redis } from 'ioredis';
import { addDelivery, deliverJobId, removeDeliveries } from '../../../libs/pipeline/src/webhooks/deliveries';
import { deliveryIdOf } from '../../../libs/pipeline/src/webhooks/delivery-id';
import {
  fewInFlight,
  mostInFlight,
  type Receiver as Places,
  receiverOf,
  receiverOfWebhook,
} from '../../../libs/pipeline/src/webhooks/receiver-gate';
import { type Receiver, startReceiver } from '../../../test/support/receiver';
import { startRedis, type TestRedis } from '../../../test/support/redis';
import { WorkerMetrics } from './metrics';
import type { StageContext, StageProcessor } from './stage';
import { StageWorker } from './stage-worker';
import { until } from './testing/until';

const noAbort = new AbortController().signal;
const log = createLog({ level: 'silent', service: 'test' });
const sending = { privateNetworks: ['127.0.0.0/8'] };
const openCouriers = 2;
/** Of whom an answer was waited for in vain. */
const inVain = { milliseconds: 20_000, status: null };

let redis: TestRedis;
let raw: Redis;
let queues: ScanQueues;
let root: string;
let store: ObjectStore;
const receivers: Receiver[] = [];
const couriers: StageWorker[] = [];

beforeAll(async () => {
  redis = await startRedis();
  raw = new Redis(redis.path);
  queues = await openQueues({ redisUrl: redis.url });
  root = await mkdtemp(join(tmpdir(), 'assay-receivers-'));
  store = createFolderStore({ root, durable: false });
});
afterEach(async () => {
  jest.restoreAllMocks();
  // What they wait for ends with these.
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
  await Promise.all(couriers.splice(0).map((courier) => courier.close(0)));
  await raw.flushall();
});
afterAll(async () => {
  raw.disconnect();
  await queues.close();
  await store.close();
  await redis.close();
  await rm(root, { recursive: true, force: true });
});

function openCourier(run: (job: DeliverJob, context: StageContext) => Promise<void>): void {
  const courier = new StageWorker({
    name: 'deliver',
    processor: { run } as StageProcessor,
    config: loadConfig({ REDIS_URL: redis.url }),
    log,
    metrics: new WorkerMetrics(),
    turns: queues.turns,
    tracing: null,
  });
  couriers.push(courier);
  courier.open();
}

async function receive(tenant: string, answer: number | null): Promise<{ receiver: Receiver; webhook: string }> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  receiver.answer(answer);
  const { id } = await createWebhook(tenant, { url: receiver.url, signing: 'hmac' }, store, sending, noAbort);
  return { receiver, webhook: id };
}

const newsAt = (at: number, webhook: string): News => ({
  id: `test_${randomBytes(16).toString('hex')}`,
  type: 'webhook.test',
  timestamp: new Date(at).toISOString(),
  data: { webhook },
});
const tell = (tenant: string, webhook: string) =>
  addDelivery(tenant, webhook, newsAt(Date.now(), webhook), { store, queues }, noAbort);
const times = async (count: number, act: (at: number) => Promise<unknown>): Promise<void> => {
  for (let at = 0; at < count; at += 1) await act(at);
};

it('serves others at once beside a receiver that swallows more than all hands could hold', async () => {
  const hole = await receive('acme', null);
  const good = await receive('default', 204);
  const events = openCouriers * queueSettings.deliver.concurrency + 1;
  await Promise.all(Array.from({ length: events }, () => tell('acme', hole.webhook)));
  await tell('default', good.webhook);
  for (let courier = 0; courier < openCouriers; courier += 1) {
    openCourier((job, { signal }) => deliver(job, { store, log, sending, receivers: queues.receivers }, signal));
  }
  await hole.receiver.until(mostInFlight);
  await good.receiver.until(1);
  // In line, it would have come behind all of those.
  expect(hole.receiver.received.length).toBeLessThan(events);
});

/** Couriers whose deliveries last until they are let go. */
function openHands(receiver: Places) {
  const going = new Map<string, () => void>();
  const begun: string[] = [];
  let together = 0;
  const run = ({ delivery }: DeliverJob, { job }: StageContext) =>
    queues.receivers.run({ id: job ?? '', delivery }, receiver, log, async () => {
      begun.push(delivery);
      await new Promise<void>((letGo) => {
        going.set(delivery, letGo);
        together = Math.max(together, going.size);
      });
      going.delete(delivery);
    });
  openCourier(run);
  openCourier(run);
  return { going, begun, together: () => together };
}

const webhook = `wh_${'1'.repeat(24)}`;
const places = receiverOfWebhook(webhook)!;
const addJob = async (at: number): Promise<string> => {
  const delivery = deliveryIdOf(newsAt(at, webhook));
  await queues.deliver.add('deliver', { v: 1, webhook, delivery }, { jobId: deliverJobId(webhook, delivery) });
  return delivery;
};

it('has few under way to one that is slow, in all couriers together, the oldest first, and many once it is quick', async () => {
  await queues.receivers.note(places, inVain);
  const { going, begun, together } = openHands(places);
  const first: string[] = [];
  await times(fewInFlight, async (at) => void first.push(await addJob(at)));
  await until(async () => going.size === fewInFlight);
  const held: string[] = [];
  // The newest first.
  await times(6, async (at) => void held.unshift(await addJob(100 - at)));
  await until(async () => (await queues.deliver.getDelayedCount()) === held.length);
  // Nothing here waits for the time after which a held job comes back by itself.
  for (let done = 0; done < first.length + held.length; done += 1) {
    await until(async () => going.size > 0);
    [...going.values()][0]?.();
    await until(async () => begun.length === Math.min(first.length + held.length, first.length + done + 1));
  }
  expect(together()).toBe(fewInFlight);
  expect(begun.slice(first.length)).toEqual(held);

  await queues.receivers.note(places, { milliseconds: 20, status: 204 });
  await times(3 * fewInFlight, addJob);
  await until(async () => going.size === 3 * fewInFlight);
  for (const letGo of going.values()) letGo();
});

/** Takes all places of one that is slow, until it is called. */
async function takePlaces(receiver: Places): Promise<() => void> {
  await queues.receivers.note(receiver, inVain);
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  await times(fewInFlight, async (at) => {
    const id = { id: `other-${at}`, delivery: deliveryIdOf(newsAt(at, webhook)) };
    await new Promise<void>((begun, failed) => {
      const work = (): Promise<void> => (begun(), ended);
      queues.receivers.run(id, receiver, log, work).catch(failed);
    });
  });
  return end;
}

it('steps back before it asks the store, and counts no try', async () => {
  const slow = await receive('acme', 204);
  const end = await takePlaces(receiverOfWebhook(slow.webhook)!);
  const { id } = await tell('acme', slow.webhook);
  const get = jest.spyOn(store, 'get');
  const job = { webhook: slow.webhook, delivery: id };
  const ports = { store, log, sending, receivers: queues.receivers };
  await expect(deliver(job, ports, noAbort)).rejects.toThrow(LaterError);
  expect(get).not.toHaveBeenCalled();
  // No worker has it, whom a free place would be waited with for.
  await queues.deliver.remove(deliverJobId(slow.webhook, id));
  end();
  await until(() =>
    deliver(job, ports, noAbort).then(
      () => true,
      () => false,
    ),
  );
  const [sent] = slow.receiver.received;
  expect([slow.receiver.received.length, sent?.headers['webhook-id']]).toEqual([1, expect.stringMatching(/^test_/)]);
});

it('has the callbacks of a tenant share the places of the server that they lead to, and nothing with others', () => {
  const to = (tenant: string, digit: string, url: string) =>
    receiverOf({ tenant, webhook: `cb_${digit.repeat(24)}`, url });
  const one = to('acme', '1', 'https://one.example/done?case=17');
  expect(to('acme', '2', 'https://one.example/done?case=18')).toBe(one);
  expect(to('acme', '1', 'https://two.example/done?case=17')).not.toBe(one);
  expect(to('other', '1', 'https://one.example/done?case=17')).not.toBe(one);
});

it.each([
  ['webhook', undefined],
  ['callback', 'http://127.0.0.1:9/done'],
])('leaves nothing of a delivery that waits aside when it is erased: %s', async (_what, url) => {
  const id = url === undefined ? (await receive('acme', 204)).webhook : `cb_${'2'.repeat(24)}`;
  const end = await takePlaces(receiverOf({ tenant: 'acme', webhook: id, ...(url === undefined ? {} : { url }) }));
  const event = newsAt(Date.now(), id);
  const { id: delivery } = await addDelivery('acme', id, event, { store, queues }, noAbort, url);
  const ports = { store, log, sending, receivers: queues.receivers };
  await expect(deliver({ webhook: id, delivery }, ports, noAbort)).rejects.toThrow(LaterError);
  const named = async (): Promise<string[]> => {
    const sets = await raw.keys('{assay}:held:*');
    return (await Promise.all(sets.map((key) => raw.zrange(key, 0, -1)))).flat();
  };
  expect(await named()).toEqual([deliverJobId(id, delivery)]);
  const callbacks = url === undefined ? [] : [id];
  await removeDeliveries('acme', { events: [event as never], callbacks }, { store, queues }, noAbort);
  expect(await named()).toEqual([]);
  end();
});
