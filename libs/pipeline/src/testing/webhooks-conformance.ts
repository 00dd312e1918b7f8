import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  defaultTenant,
  type Delivery,
  type DeliverJob,
  type DeliveryAttempt,
  DeliveryRecord,
  type ScanRecord,
  Verdict,
  type WebhookWithSecret,
} from '@assay/contracts';
import { FetchMediaError } from '@assay/fetch-media';
import { createRedisEventLog, type EventLog, type ObjectStore } from '@assay/storage';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Webhook as Verifier } from 'standardwebhooks';
import { plainHeaders, type Received, type Receiver, startReceiver } from '../../../../test/support/receiver';
import { startRedis, type TestRedis } from '../../../../test/support/redis';
import { cancelScan } from '../cancel-scan';
import { deleteMedia } from '../delete-media';
import { LaterError, PermanentError, WebhookError } from '../errors';
import { createOutbox, eventsKeptMs, type OutboxParts } from '../events/outbox';
import { readFeed } from '../events/read-feed';
import { failScan } from '../fail-scan';
import { keys } from '../keys';
import { MediaFiles } from '../media-files';
import type { OpenPorts } from '../open-ports';
import { openQueues, type ScanQueues } from '../open-queues';
import { queuePrefix } from '../queues';
import { reindex } from '../reindex';
import { reject } from '../stages/judge';
import { publish } from '../stages/publish';
import { readStored, writeStored } from '../stored';
import { submitScan } from '../submit';
import { sweep } from '../sweep';
import { addCallback, rotateCallbackSecret } from '../webhooks/callbacks';
import { deliver } from '../webhooks/deliver';
import { getDelivery, listDeliveries, replayDelivery, sendTestEvent } from '../webhooks/deliveries';
import { retryPausesMs } from '../webhooks/schedule';
import { deliveriesKeptMs, oldestPending, removeOldDeliveries } from '../webhooks/sweep-deliveries';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  rotateSecret,
  updateWebhook,
} from '../webhooks/webhooks';
import { newMedia, noAbort, testPorts } from './test-ports';

/** Longer than events, logs and entries of the index are kept, ms. */
const longAgoMs = 200 * 24 * 3_600_000;
const sending = { privateNetworks: ['127.0.0.0/8'] };

/**
 * Webhooks and the feed over any object store, with a real Redis and a real receiver:
 *
 * 1. A secret is shown when it is made and never again; two sign while one is changed, and one after it.
 * 2. What is sent is what an independent verifier of Standard Webhooks accepts.
 * 3. An end of a scan is one event and one delivery for each webhook that wants it, however often it is told.
 * 4. Killed between any two steps, or with a Redis that forgot everything, it is told all the same.
 * 5. Tries follow the schedule; a redirect is none; 410, and three days in which nothing comes through, switch the webhook off; what is
 *    switched off is sent nothing.
 * 6. Callbacks hear of the end of their scan and of revisions from then on, once, and go with the scan.
 * 7. Deleting media or a webhook leaves nothing of its events, deliveries, markers and jobs.
 */
export function webhooksConformance(open: () => Promise<ObjectStore>): void {
  let redis: TestRedis;
  let raw: Redis;
  let queues: ScanQueues;
  let events: EventLog;
  let ports: OpenPorts;
  let base: OpenPorts;
  let receiver: Receiver;
  let outboxParts: OutboxParts;

  beforeAll(async () => {
    redis = await startRedis();
    raw = new Redis(redis.path);
    queues = await openQueues({ redisUrl: redis.url });
    events = createRedisEventLog({ url: redis.url, keepMs: eventsKeptMs });
  });
  afterAll(async () => {
    raw.disconnect();
    await Promise.all([queues.close(), events.close()]);
    await redis.close();
  });
  beforeEach(async () => {
    await raw.flushall();
    receiver = await startReceiver();
    base = await testPorts();
    const store = await open();
    outboxParts = { store, index: base.index, log: base.log, queues, events };
    ports = { ...base, store, mediaFiles: new MediaFiles(store), outbox: createOutbox(outboxParts) };
  });
  afterEach(async () => {
    await receiver.close();
    await ports.store.close();
    await base.close();
  });

  const make = (fields: Partial<Parameters<typeof createWebhook>[0]> = {}): Promise<WebhookWithSecret> =>
    createWebhook(defaultTenant, { url: receiver.url, signing: 'hmac', ...fields }, ports.store, sending, noAbort);

  async function newScan(): Promise<ScanRecord> {
    return (await submitScan(ports, queues, { tenant: defaultTenant, media: await newMedia(ports) }, noAbort)).scan;
  }
  async function judged({ id }: ScanRecord): Promise<Verdict> {
    const outcome = await reject(id, { code: 'not_media', message: 'This is no media.' }, ports, noAbort);
    if (!outcome.ok) throw new Error('not judged');
    return Verdict.parse(outcome.value);
  }
  async function finishedScan(): Promise<ScanRecord> {
    const scan = await newScan();
    return publish(await judged(scan), ports, noAbort);
  }

  const jobs = () => queues.deliver.getJobs(['waiting', 'delayed', 'active', 'failed']);
  /** What a worker does with each job that waits, in this process. @returns pauses that were asked for, ms */
  async function work(): Promise<number[]> {
    const pauses: number[] = [];
    for (const job of await jobs()) {
      await job.remove();
      pauses.push(...(await tryOnce(job.data)));
    }
    return pauses;
  }
  async function tryOnce(job: Pick<DeliverJob, 'webhook' | 'delivery'>): Promise<number[]> {
    try {
      await deliver(job, { store: ports.store, log: ports.log, sending }, noAbort);
      return [];
    } catch (error) {
      if (error instanceof LaterError) return [error.pauseMs];
      throw error;
    }
  }
  async function storedKeys(prefix = ''): Promise<string[]> {
    const found: string[] = [];
    for await (const { key } of ports.store.list(prefix, noAbort)) found.push(key);
    return found;
  }
  const log = async (webhook: string) =>
    (await listDeliveries(defaultTenant, webhook, { limit: 100 }, ports.store, noAbort)).deliveries;
  const feed = async () =>
    (await readFeed(defaultTenant, { limit: 100, wait: 0 }, { ...ports, events }, noAbort, noAbort)).events;
  const codeOf = (error: unknown) =>
    error instanceof WebhookError || error instanceof FetchMediaError ? error.code : String(error);
  const accepted = (message: Received, secret: string | null): unknown =>
    new Verifier(secret ?? '').verify(message.body, plainHeaders(message));

  describe('callbacks', () => {
    const parts = () => ({ ...ports, queues });
    const types = ({ received }: Receiver) => received.map(({ body }) => (JSON.parse(body) as { type: string }).type);

    it('hear of the end, also after a Redis that forgot everything, and of revisions from then on', async () => {
      const { secret } = await rotateCallbackSecret(
        defaultTenant,
        { overlapSeconds: 0, signing: 'hmac' },
        ports.store,
        noAbort,
      );
      const scan = await newScan();
      await addCallback(scan, { url: receiver.url }, parts(), noAbort);
      const done = await publish(await judged(scan), ports, noAbort);
      await raw.flushall();
      await reindex(ports, noAbort);
      await sweep(ports, queues, noAbort);
      await work();
      await sweep(ports, queues, noAbort);
      await work();
      expect(types(receiver)).toEqual(['verdict.published']);
      expect(accepted(receiver.received[0]!, secret)).toMatchObject({ data: { scan: scan.id } });

      await ports.outbox?.tellRevision({ ...done, updatedAt: new Date().toISOString() }, 2, noAbort);
      await work();
      expect(types(receiver)).toEqual(['verdict.published', 'verdict.revised']);
      const late = await startReceiver();
      await addCallback(done, { url: late.url }, parts(), noAbort);
      await sweep(ports, queues, noAbort);
      await work();
      expect(types(late)).toEqual(['verdict.published']);
      await late.close();
      expect(await storedKeys(keys.pendingDeliveries)).toEqual([]);
      expect(await storedKeys(keys.callbackDeliveries)).toHaveLength(3);
      expect(await removeOldDeliveries(ports.store, noAbort, Date.now() + deliveriesKeptMs + 60_000)).toBe(3);
      expect(await storedKeys(keys.callbackDeliveries)).toEqual([]);
    });

    it('hear at once of an end of long ago, whose event is gone: once, and nobody else does', async () => {
      await rotateCallbackSecret(defaultTenant, { overlapSeconds: 0 }, ports.store, noAbort);
      await make();
      const done = await finishedScan();
      await work();
      const old = { ...done, updatedAt: new Date(Date.now() - longAgoMs).toISOString() };
      await writeStored(ports.store, keys.record(done.id), old, { ifAbsent: false }, noAbort);
      await ports.index.delete(done.id, done);
      await ports.store.deletePrefix(keys.events(done.id), noAbort);
      await ports.store.deletePrefix(keys.outbox, noAbort);
      const late = await startReceiver();
      const ask = () => addCallback(old, { url: late.url }, parts(), noAbort);
      await ask();
      await raw.flushall();
      await sweep(ports, queues, noAbort);
      await work();
      expect([types(late), receiver.received.length, await feed()]).toEqual([['verdict.published'], 1, []]);
      expect(JSON.parse(late.received[0]!.body)).toMatchObject({ timestamp: old.updatedAt, data: { state: 'done' } });
      // It stays in the log, by which it is known that it was heard, and is after that, too.
      expect(await removeOldDeliveries(ports.store, noAbort)).toBe(0);
      await ask();
      await ports.store.deletePrefix(keys.events(done.id), noAbort);
      await ports.store.deletePrefix(keys.callbackDeliveries, noAbort);
      await ask();
      await sweep(ports, queues, noAbort);
      await work();
      expect(late.received).toHaveLength(1);
      await late.close();
    });

    it('end with a 410, until somebody asks for them again', async () => {
      await rotateCallbackSecret(defaultTenant, { overlapSeconds: 0 }, ports.store, noAbort);
      const scan = await newScan();
      await addCallback(scan, { url: receiver.url }, parts(), noAbort);
      const done = await publish(await judged(scan), ports, noAbort);
      receiver.answer(410);
      await work();
      receiver.answer(200);
      const revise = (number: number) =>
        ports.outbox?.tellRevision({ ...done, updatedAt: new Date().toISOString() }, number, noAbort);
      await revise(2);
      await work();
      expect(types(receiver)).toEqual(['verdict.published']);
      await addCallback(done, { url: receiver.url }, parts(), noAbort);
      await revise(3);
      await work();
      expect(types(receiver)).toEqual(['verdict.published', 'verdict.revised']);
    });

    it('on their way go with the media', async () => {
      await rotateCallbackSecret(defaultTenant, { overlapSeconds: 0 }, ports.store, noAbort);
      const scan = await newScan();
      await addCallback(scan, { url: receiver.url }, parts(), noAbort);
      await publish(await judged(scan), ports, noAbort);
      expect(await storedKeys(keys.callbackDeliveries)).toHaveLength(1);
      await deleteMedia(ports, queues, scan, noAbort);
      expect([
        await storedKeys(keys.callbackDeliveries),
        await storedKeys(keys.pendingDeliveries),
        await jobs(),
      ]).toEqual([[], [], []]);
      expect(await storedKeys(keys.scan(scan.id))).toEqual([]);
    });
  });

  describe('webhooks', () => {
    it('are made, shown without their secret, changed and deleted, and leave nothing', async () => {
      const { secret, ...made } = await make({ description: 'ours', events: ['scan.failed'] });
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
      expect(made).toMatchObject({ enabled: true, events: ['scan.failed'], description: 'ours' });
      expect(await getWebhook(defaultTenant, made.id, ports.store, noAbort)).toEqual(made);
      expect(await listWebhooks(defaultTenant, ports.store, noAbort)).toEqual([made]);
      const changed = await updateWebhook(
        defaultTenant,
        made.id,
        { events: ['verdict.published'] },
        ports.store,
        sending,
        noAbort,
      );
      expect(changed).toEqual({ ...made, events: ['verdict.published'], updatedAt: changed.updatedAt });
      const off = await updateWebhook(defaultTenant, made.id, { enabled: false }, ports.store, sending, noAbort);
      expect(off).toMatchObject({ enabled: false, disabledBecause: 'by_request' });
      await deleteWebhook(defaultTenant, made.id, ports.store, noAbort);
      expect(await storedKeys()).toEqual([]);
      const gone = [
        () => getWebhook(defaultTenant, made.id, ports.store, noAbort),
        () => deleteWebhook(defaultTenant, made.id, ports.store, noAbort),
        () => updateWebhook(defaultTenant, made.id, {}, ports.store, sending, noAbort),
        () => rotateSecret(defaultTenant, made.id, { overlapSeconds: 0 }, ports.store, noAbort),
        () => sendTestEvent(defaultTenant, made.id, { ...ports, queues }, noAbort),
        () => listDeliveries(defaultTenant, made.id, { limit: 1 }, ports.store, noAbort),
      ];
      for (const attempt of gone) expect(await attempt().catch(codeOf)).toBe('unknown_webhook');
    });

    it('are of one tenant, and stay as they are when another deletes them by their id', async () => {
      const { id } = await make();
      await finishedScan();
      const before = await storedKeys();
      expect(await deleteWebhook('acme', id, ports.store, noAbort).catch(codeOf)).toBe('unknown_webhook');
      expect(await storedKeys()).toEqual(before);
      // Nobody's any more: the rest of a deletion that was cut off goes.
      await ports.store.delete(keys.webhook(defaultTenant, id), noAbort);
      expect(await deleteWebhook(defaultTenant, id, ports.store, noAbort).catch(codeOf)).toBe('unknown_webhook');
      expect((await storedKeys()).filter((key) => key.includes(id))).toEqual([]);
    });

    it('lead nowhere that nobody may be led, when made and when changed', async () => {
      const { id } = await make();
      for (const url of ['http://169.254.169.254/', 'https://10.0.0.1/', 'https://[::1]/', 'http://93.184.215.14/']) {
        expect([url, await make({ url }).catch(codeOf)]).toEqual([url, 'not_allowed']);
        const changing = updateWebhook(defaultTenant, id, { url }, ports.store, sending, noAbort);
        expect([url, await changing.catch(codeOf)]).toEqual([url, 'not_allowed']);
      }
      expect(await listWebhooks(defaultTenant, ports.store, noAbort)).toHaveLength(1);
    });

    it('have two secrets while one is changed, whoever changes it at the same time', async () => {
      const first = await make();
      const second = await rotateSecret(defaultTenant, first.id, { overlapSeconds: 60 }, ports.store, noAbort);
      expect(second.secrets.map(({ number, endsAt }) => [number, endsAt !== null])).toEqual([
        [2, false],
        [1, true],
      ]);
      await sendTestEvent(defaultTenant, first.id, { ...ports, queues }, noAbort);
      await work();
      const [message] = receiver.received;
      for (const { secret } of [first, second])
        expect(accepted(message!, secret)).toMatchObject({ type: 'webhook.test' });
      expect(String(message!.headers['webhook-signature']).split(' ')).toHaveLength(2);

      const third = await rotateSecret(
        defaultTenant,
        first.id,
        { overlapSeconds: 0, signing: 'ed25519' },
        ports.store,
        noAbort,
      );
      expect([third.secret, third.secrets.length]).toEqual([null, 1]);
      await sendTestEvent(defaultTenant, first.id, { ...ports, queues }, noAbort);
      await work();
      const last = receiver.received.at(-1)!;
      expect(() => accepted(last, second.secret)).toThrow();
      expect(ed25519Accepts(last, third.secrets[0]?.publicKey ?? '')).toBe(true);
      expect(ed25519Accepts({ ...last, body: `${last.body} ` }, third.secrets[0]?.publicKey ?? '')).toBe(false);

      const racing = await Promise.all(
        [1, 2, 3].map(() => rotateSecret(defaultTenant, first.id, { overlapSeconds: 60 }, ports.store, noAbort)),
      );
      const { secrets } = await getWebhook(defaultTenant, first.id, ports.store, noAbort);
      expect(secrets).toHaveLength(2);
      expect(racing.every(({ secret }) => secret !== undefined)).toBe(true);
      // Those before the last two are gone for good.
      expect((await storedKeys(keys.webhookSecrets(first.id))).length).toBeLessThanOrEqual(2);
    });
  });

  describe('events', () => {
    it('are one delivery for each webhook that wants them, however often they are told', async () => {
      const [wants, also, other] = [await make(), await make(), await make({ events: ['scan.failed'] })];
      const scan = await newScan();
      const verdict = await judged(scan);
      await Promise.all([publish(verdict, ports, noAbort), publish(verdict, ports, noAbort)]);
      await publish(verdict, ports, noAbort);
      await sweep(ports, queues, noAbort);
      expect(await work()).toEqual([]);
      const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
      expect(ids).toEqual([`${scan.id}-verdict-published`, `${scan.id}-verdict-published`]);
      expect(JSON.parse(receiver.received[0]!.body)).toEqual({
        id: `${scan.id}-verdict-published`,
        type: 'verdict.published',
        timestamp: expect.any(String),
        data: {
          scan: scan.id,
          tenant: 'default',
          media: scan.media,
          policy: 'default',
          state: 'done',
          verdict: 'rejected',
          probability: null,
          rejection: { code: 'not_media', message: 'This is no media.' },
          failure: null,
        },
      });
      for (const { id } of [wants, also]) {
        expect((await log(id)).map(({ state, tries }) => [state, tries])).toEqual([['delivered', 1]]);
      }
      expect(await log(other.id)).toEqual([]);
      expect((await feed()).map(({ id }) => id)).toEqual([`${scan.id}-verdict-published`]);
      expect([await storedKeys(keys.pendingDeliveries), await jobs()]).toEqual([[], []]);
    });

    it('have a line in the log for each try, which says whose they are', async () => {
      const { id } = await make();
      await finishedScan();
      const info = jest.spyOn(ports.log, 'info');
      await work();
      const line = expect.objectContaining({ tenant: defaultTenant, webhook: id, outcome: 'delivered' });
      expect(info).toHaveBeenCalledWith(line, 'webhook');
    });

    it('come to a webhook from when it was made on, also where what was before is told again', async () => {
      const before = await finishedScan();
      expect(await storedKeys(keys.outbox)).toEqual([`outbox/${before.id}-verdict-published`]);
      // The next millisecond, by which the two can be told apart.
      for (const made = Date.now(); Date.now() === made;) await sleep(1);
      const { id } = await make();
      await sweep(ports, queues, noAbort);
      expect([await log(id), await jobs()]).toEqual([[], []]);
      const after = await finishedScan();
      await sweep(ports, queues, noAbort);
      await work();
      expect((await log(id)).map(({ eventId }) => eventId)).toEqual([`${after.id}-verdict-published`]);
      expect(receiver.received).toHaveLength(1);
    });

    it('of a scan that is started anew are told anew', async () => {
      await make();
      const scan = await newScan();
      await failScan(scan.id, new PermanentError('It broke.'), ports, noAbort);
      await failScan(scan.id, new PermanentError('It broke.'), ports, noAbort);
      await submitScan(ports, queues, { tenant: defaultTenant, media: scan.media }, noAbort);
      await cancelScan(scan.id, ports, queues, noAbort);
      await submitScan(ports, queues, { tenant: defaultTenant, media: scan.media }, noAbort);
      await failScan(scan.id, new PermanentError('It broke again.'), ports, noAbort);
      await work();
      const told = receiver.received.map(({ body }) => JSON.parse(body) as { id: string; data: { failure: string } });
      expect(told.map(({ id, data }) => [id.slice(scan.id.length), data.failure]).sort()).toEqual([
        ['-scan-cancelled-1', null],
        ['-scan-failed', 'It broke.'],
        ['-scan-failed-2', 'It broke again.'],
      ]);
      expect((await feed()).map(({ type }) => type)).toEqual(['scan.failed', 'scan.cancelled', 'scan.failed']);
    });

    it('are told when the queue was away, and when Redis forgot that they were', async () => {
      const { id } = await make();
      const away = { deliver: { add: () => Promise.reject(new Error('away')) } } as never;
      ports.outbox = createOutbox({ ...outboxParts, queues: away });
      const scan = await finishedScan();
      expect([await jobs(), await storedKeys(keys.outbox)]).toEqual([[], [`outbox/${scan.id}-verdict-published`]]);
      ports.outbox = createOutbox(outboxParts);
      await sweep(ports, queues, noAbort);
      expect(await jobs()).toHaveLength(1);

      await raw.flushall();
      expect((await sweep(ports, queues, noAbort)).deliveriesRedriven).toBeLessThanOrEqual(1);
      expect((await feed()).map(({ type }) => type)).toEqual(['verdict.published']);
      await work();
      await sweep(ports, queues, noAbort);
      await work();
      expect(receiver.received).toHaveLength(1);
      expect((await log(id)).map(({ state }) => state)).toEqual(['delivered']);
    });

    it('are tried again where writing a try down took longer than the pause behind it', async () => {
      const { id } = await make();
      receiver.answer(503);
      await finishedScan();
      const [{ data: job }] = (await jobs()) as [{ data: DeliverJob }];
      const put = ports.store.put.bind(ports.store);
      jest.spyOn(ports.store, 'put').mockImplementation(async (key, ...rest) => {
        const answer = await put(key, ...rest);
        const later = Date.now() + 60_000;
        if (key === keys.delivery(id, job.delivery)) jest.spyOn(Date, 'now').mockReturnValue(later);
        return answer;
      });
      const asked = await tryOnce(job);
      jest.restoreAllMocks();
      expect(asked).toEqual([0]);
      expect(await storedKeys(keys.pendingDeliveries)).toHaveLength(1);
      await setDue(id, job.delivery);
      receiver.answer(200);
      expect(await tryOnce(job)).toEqual([]);
      expect((await log(id))[0]).toMatchObject({ state: 'delivered', tries: 2 });
    });

    it('that wait for their next try go on after Redis lost everything, and are in the feed again after a reindex', async () => {
      const { id } = await make();
      receiver.answer(500);
      const scan = await finishedScan();
      expect(await work()).toHaveLength(1);
      // Else it may be its time, on a busy machine, before the sweep is through.
      await setDue(id, (await log(id))[0]!.id, inAnHour());
      for (const key of await storedKeys(keys.outbox)) await ports.store.delete(key, noAbort);
      await raw.flushall();
      expect(await feed()).toEqual([]);
      expect((await sweep(ports, queues, noAbort)).deliveriesRedriven).toBe(1);
      // Not before its time, though nobody but the record knows of it.
      expect(await work()).toHaveLength(1);
      expect(receiver.received).toHaveLength(1);
      await reindex(ports, noAbort);
      await reindex(ports, noAbort);
      expect((await feed()).map(({ id }) => id)).toEqual([`${scan.id}-verdict-published`]);
    });

    it('leave nothing when their media is deleted, not even while they are sent', async () => {
      const { id } = await make();
      receiver.answer(500);
      const scan = await finishedScan();
      await work();
      const [delivery] = await log(id);
      expect(delivery?.state).toBe('pending');
      await setDue(id, delivery!.id);
      receiver.answer(null);
      const sending = tryOnce({ webhook: id, delivery: delivery!.id });
      await receiver.until(2);
      await deleteMedia(ports, queues, { tenant: defaultTenant, media: scan.media }, noAbort);
      await receiver.close();
      await sending;
      receiver = await startReceiver();
      expect((await storedKeys()).filter((key) => !key.startsWith('webhook'))).toEqual([]);
      expect([await jobs(), await feed()]).toEqual([[], []]);
    });
  });

  const inAnHour = (): number => Date.now() + 3_600_000;
  /** `date` changes the tries of the present series. */
  async function setDue(
    webhook: string,
    delivery: string,
    at = Date.now(),
    date: (attempt: DeliveryAttempt) => DeliveryAttempt = (attempt) => attempt,
  ): Promise<void> {
    const record = await readStored(ports.store, keys.delivery(webhook, delivery), DeliveryRecord, noAbort);
    const attempts = record.attempts.map((attempt) => (attempt.number > record.seriesBegan ? date(attempt) : attempt));
    const due = { ...record, attempts, nextAttemptAt: new Date(at).toISOString() };
    await writeStored(ports.store, keys.delivery(webhook, delivery), due, { ifAbsent: false }, noAbort);
  }

  describe('deliveries', () => {
    it('are tried by the schedule, under one id, and then given up', async () => {
      const { id, secret } = await make();
      receiver.answer(503);
      await finishedScan();
      const [{ data: job }] = (await jobs()) as [{ data: DeliverJob }];
      for (const pause of retryPausesMs) {
        const [asked = 0] = await tryOnce(job);
        const { written, dueAt } = pauseOf((await log(id))[0]!);
        // Written down to the millisecond, and up to a fifth longer.
        expect(written).toBeGreaterThan(pause - 2);
        expect(written).toBeLessThan(pause * 1.2 + 1);
        // What is left of it is asked for, less the writes behind the try; nothing where that is less than clocks differ.
        expect(asked).toBeLessThan(pause * 1.2 + 1);
        expect(asked + 1_000).toBeGreaterThanOrEqual(dueAt - Date.now());
        // Before its time nothing is sent, whoever takes the job.
        await setDue(id, job.delivery, inAnHour());
        const sent = receiver.received.length;
        expect(await tryOnce(job)).toHaveLength(1);
        expect(receiver.received).toHaveLength(sent);
        await setDue(id, job.delivery);
      }
      expect(await oldestPending(ports.store, noAbort)).toBeLessThanOrEqual(Date.now());
      expect(await tryOnce(job)).toEqual([]);
      const [delivery] = await log(id);
      expect(delivery).toMatchObject({ state: 'failed', tries: retryPausesMs.length + 1, nextAttemptAt: null });
      expect(delivery?.attempts.at(-1)).toMatchObject({ outcome: 'refused', status: 503 });
      expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
      for (const message of receiver.received) accepted(message, secret);
      expect(await oldestPending(ports.store, noAbort)).toBeNull();
      const { disabledBecause } = await getWebhook(defaultTenant, id, ports.store, noAbort);
      expect(disabledBecause).toBe('failing');
      await tryOnce(job);
      expect(receiver.received).toHaveLength(retryPausesMs.length + 1);
    });

    it('are sent again by request, with all tries before them', async () => {
      const { id } = await make();
      receiver.answer(500);
      await finishedScan();
      await work();
      const [{ id: delivery }] = (await log(id)) as [{ id: string }];
      // Waiting for its next try: now.
      receiver.answer(200);
      expect(await replayDelivery(defaultTenant, id, delivery, { ...ports, queues }, noAbort)).toMatchObject({
        state: 'pending',
      });
      await work();
      // Delivered: once more.
      await replayDelivery(defaultTenant, id, delivery, { ...ports, queues }, noAbort);
      receiver.answer(500);
      await work();
      const again = await getDelivery(defaultTenant, id, delivery, ports.store, noAbort);
      expect(again).toMatchObject({ state: 'pending', tries: 3 });
      // The first pause, of a schedule that began anew.
      expect(pauseOf(again).written).toBeLessThan(7_000);
      expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      const unknown = replayDelivery(defaultTenant, id, delivery.replace(/^\d/, '1'), { ...ports, queues }, noAbort);
      expect(await unknown.catch(codeOf)).toBe('unknown_delivery');
    });

    it('are sent again, too, where the job that delivered them is coming to its end', async () => {
      const { id } = await make();
      const end = new AbortController();
      const mayEnd = once(end.signal, 'abort');
      const store: ObjectStore = Object.create(ports.store, {
        delete: { value: async (key: string) => (await mayEnd, ports.store.delete(key, noAbort)) },
      });
      const worker = new Worker<DeliverJob>(
        queues.deliver.name,
        ({ data }) => deliver(data, { store, log: ports.log, sending }, noAbort),
        { connection: { path: redis.path }, prefix: queuePrefix },
      );
      try {
        await finishedScan();
        while ((await log(id))[0]?.state !== 'delivered') await sleep(20);
        const [{ id: delivery }] = (await log(id)) as [{ id: string }];
        const again = replayDelivery(defaultTenant, id, delivery, { ...ports, queues }, noAbort);
        await sleep(100);
        end.abort();
        expect(await again).toMatchObject({ state: 'pending' });
        await receiver.until(2);
      } finally {
        end.abort();
        await worker.close();
      }
      expect(await log(id)).toMatchObject([{ state: 'delivered', tries: 2 }]);
      expect(await storedKeys(keys.pendingDeliveries)).toEqual([]);
    });

    it('that are given up leave a webhook on that was reached meanwhile', async () => {
      const { id } = await make();
      await finishedScan();
      await work();
      receiver.answer(400);
      await finishedScan();
      const [{ data: job }] = (await jobs()) as [{ data: DeliverJob }];
      for (let tries = 0; tries <= retryPausesMs.length; tries += 1) {
        await setDue(id, job.delivery);
        await tryOnce(job);
      }
      expect((await log(id)).map(({ state }) => state)).toEqual(['failed', 'delivered']);
      expect(await getWebhook(defaultTenant, id, ports.store, noAbort)).toMatchObject({ enabled: true });
      // Sent again days later, it counts whether the receiver was reached since then. The store's clock is its own, so the tries are dated.
      const inThreeDays = new Date(Date.now() + 3 * 24 * 3_600_000).toISOString();
      await replayDelivery(defaultTenant, id, job.delivery, { ...ports, queues }, noAbort);
      for (let tries = 0; tries <= retryPausesMs.length; tries += 1) {
        await setDue(id, job.delivery, Date.now(), (attempt) => ({ ...attempt, at: inThreeDays }));
        await tryOnce(job);
      }
      expect(await getWebhook(defaultTenant, id, ports.store, noAbort)).toMatchObject({
        ...{ enabled: false, disabledBecause: 'failing' },
      });
      await deleteWebhook(defaultTenant, id, ports.store, noAbort);
      expect((await storedKeys('webhook')).filter((key) => key.includes(id))).toEqual([]);
    });

    it('do not follow a redirect, and wait as long as they are asked to', async () => {
      const { id } = await make();
      receiver.answer(302, { location: receiver.url });
      await finishedScan();
      const [, ...none] = await work();
      expect([none, receiver.received.length]).toEqual([[], 1]);
      receiver.answer(429, { 'retry-after': '3600' });
      const [{ id: delivery }] = (await log(id)) as [{ id: string }];
      await setDue(id, delivery);
      const [pause] = await tryOnce({ webhook: id, delivery });
      expect(Math.round(pause! / 60_000)).toBe(60);
      const pauseAfter = async (retryAfter: string): Promise<number> => {
        receiver.answer(503, { 'retry-after': retryAfter });
        await setDue(id, delivery);
        return (await tryOnce({ webhook: id, delivery }))[0]! / 3_600_000;
      };
      // A day at the most, and never sooner than by the schedule.
      expect(Math.round(await pauseAfter('9999999'))).toBe(24);
      expect(await pauseAfter('1')).toBeGreaterThan(1.9);
      expect(Math.round(await pauseAfter(new Date(Date.now() + 12 * 3_600_000).toUTCString()))).toBe(12);
      expect((await log(id))[0]?.attempts.map(({ status }) => status)).toEqual([302, 429, 503, 503, 503]);
    });

    it('end with a 410, which switches the webhook off until it is switched on', async () => {
      const { id } = await make();
      receiver.answer(410);
      await finishedScan();
      expect(await work()).toEqual([]);
      expect(await getWebhook(defaultTenant, id, ports.store, noAbort)).toMatchObject({
        enabled: false,
        disabledBecause: 'gone',
      });
      await finishedScan();
      expect([await jobs(), (await log(id)).map(({ state }) => state)]).toEqual([[], ['failed']]);
      expect(await sendTestEvent(defaultTenant, id, { ...ports, queues }, noAbort).catch(codeOf)).toBe(
        'webhook_disabled',
      );
      receiver.answer(204);
      await updateWebhook(defaultTenant, id, { enabled: true }, ports.store, sending, noAbort);
      await finishedScan();
      await work();
      expect((await log(id)).map(({ state }) => state)).toEqual(['delivered', 'failed']);
    });

    it('that are on their way to what was switched off or deleted send nothing', async () => {
      const [off, deleted] = [await make(), await make()];
      await finishedScan();
      await updateWebhook(defaultTenant, off.id, { enabled: false }, ports.store, sending, noAbort);
      await deleteWebhook(defaultTenant, deleted.id, ports.store, noAbort);
      expect((await storedKeys(keys.pendingDeliveries)).filter((key) => key.includes(deleted.id))).toEqual([]);
      await work();
      await sweep(ports, queues, noAbort);
      expect(receiver.received).toEqual([]);
      expect((await log(off.id)).map(({ state, attempts }) => [state, attempts[0]?.outcome])).toEqual([
        ['failed', 'disabled'],
      ]);
      expect([await storedKeys(keys.pendingDeliveries), await storedKeys(keys.deliveries(deleted.id))]).toEqual([
        [],
        [],
      ]);
    });

    it('are logged newest first, page by page, and not for ever', async () => {
      const { id } = await make();
      const scans: string[] = [];
      for (let at = 0; at < 5; at += 1) scans.unshift((await finishedScan()).id);
      await work();
      const seen: string[] = [];
      for (let cursor: string | null | undefined = undefined; cursor !== null;) {
        const page = await listDeliveries(
          defaultTenant,
          id,
          { limit: 2, cursor: cursor ?? undefined },
          ports.store,
          noAbort,
        );
        seen.push(...page.deliveries.map(({ eventId }) => eventId.split('-')[0]!));
        cursor = page.next;
      }
      expect(seen).toEqual(scans);
      const failed = await listDeliveries(defaultTenant, id, { limit: 2, state: 'failed' }, ports.store, noAbort);
      expect(failed).toEqual({ deliveries: [], next: null });
      expect(await removeOldDeliveries(ports.store, noAbort)).toBe(0);
      expect(await removeOldDeliveries(ports.store, noAbort, Date.now() + deliveriesKeptMs + 60_000)).toBe(5);
      expect(await log(id)).toEqual([]);
    });
  });
}

/** How long after the end of the last try the next one is to come, as it is written down, and when that is, ms. */
function pauseOf({ nextAttemptAt, attempts }: Delivery): { written: number; dueAt: number } {
  const { at, milliseconds } = attempts.at(-1)!;
  const dueAt = Date.parse(String(nextAttemptAt));
  return { written: dueAt - Date.parse(at) - milliseconds, dueAt };
}

/** With Node's own keys: the published verifier knows shared secrets alone. */
function ed25519Accepts({ headers, body }: Received, publicKey: string): boolean {
  const x = Buffer.from(publicKey.replace(/^whpk_/, ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const [version, signature = ''] = String(headers['webhook-signature']).split(',');
  return version === 'v1a' && verify(null, Buffer.from(content), key, Buffer.from(signature, 'base64'));
}
