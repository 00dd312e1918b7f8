/**
 * With a real Redis and a folder store. What holds:
 *
 * 1. An erasure that dies at any step whatever, and is begun again, ends with nothing left in store and Redis but its
 *    receipt, and the receipt counts everything once.
 * 2. By subject and by tenant, exactly what is covered goes; a half-done upload is waited for.
 * 3. What is on hold stays, whoever asks, and says why; it goes when the hold is lifted. A hold and a deletion that meet
 *    never both win, nor a hold and retention.
 * 4. What is known of media goes with it: looks, decisions and their events, what verdicts on other media say of it; and
 *    hash lists with the tenant. A hold on that other media keeps what names it, and the receipt waits.
 * 5. Retention removes each kind when its time is over, and nothing before, and nothing of what is under way or held. Who has not
 *    read an event that went so is told, of an erased one nobody is.
 */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import {
  type DecisionLabel,
  type Erasure,
  type KeepTarget,
  MediaRecord,
  ScanNews,
  ScanRecord,
  Verdict,
} from '@assay/contracts';
import {
  createRedisEventLog,
  createRedisIdempotency,
  createRedisIndex,
  createRedisKnownLog,
  type EventLog,
  EventsExpiredError,
  type IdempotencyStore,
  type ObjectStore,
  type ScanIndex,
} from '@assay/storage';
import { startRedis, type TestRedis } from '../../../../test/support/redis';
import { tracesOf } from '../../../../test/support/traces';
import { deleteMedia } from '../delete-media';
import { LaterError, MediaHeldError } from '../errors';
import { createOutbox } from '../events/outbox';
import { readFeed } from '../events/read-feed';
import { keys } from '../keys';
import { decide } from '../known/decide';
import { decisionHistory } from '../known/decisions';
import { frameOf } from '../known/frame-hashes';
import { findingsOf } from '../known/inherit';
import { createKnown, type Known } from '../known/known';
import type { KnownRecord } from '../known/known-entry';
import { knownKeys } from '../known/known-keys';
import { importKnownList, removeKnownList } from '../known/known-lists';
import { putInLog } from '../known/remember';
import { revisitAll } from '../known/revisit';
import { settleScan } from '../known/settle-scan';
import type { OpenPorts } from '../open-ports';
import { openQueues, type ScanQueues } from '../open-queues';
import { canonicalJson } from '../signing/canonical-json';
import { createSigner } from '../signing/sign-verdict';
import { publicKeyOf } from '../signing/signing-key';
import { intake } from '../stages/intake';
import { reindex } from '../reindex';
import { reject } from '../stages/judge';
import { publish } from '../stages/publish';
import { readStored, writeStored } from '../stored';
import { openCrowd } from '../testing/crowd';
import { submitScan } from '../submit';
import { noAbort, testPorts } from '../testing/test-ports';
import { callbackIds } from '../webhooks/callback-records';
import { addCallback } from '../webhooks/callbacks';
import { createWebhook } from '../webhooks/webhooks';
import { applyRetention, slices, slicesAt } from './apply-retention';
import { getErasure, requestErasure, sweepErasures } from './erasures';
import { liftHold, listHolds, placeHold } from './holds';
import { answerAbout } from './item';
import { keepForever, setRetention } from './retention';
import { type ErasePorts, runErasure } from './run-erasure';
import { sweepDeletions } from './sweep-deletions';

const tenant = 'default';
const dayMs = 24 * 3_600_000;
const sending = { privateNetworks: ['127.0.0.0/8'] };
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const signer = createSigner({ privateKey, publicKey: publicKeyOf(publicKey) });

let redis: TestRedis;
let queues: ScanQueues;
let index: ScanIndex;
let events: EventLog;
let known: Known;
let answers: IdempotencyStore;
let ports: OpenPorts;
let erasing: ErasePorts;

beforeAll(async () => {
  redis = await startRedis();
  queues = await openQueues({ redisUrl: redis.url });
  index = createRedisIndex({ url: redis.url });
  events = createRedisEventLog({ url: redis.url, keepMs: dayMs });
  answers = createRedisIdempotency({ url: redis.url });
  known = createKnown({ log: createRedisKnownLog({ url: redis.url }), most: 1_000, logger: { warn: () => undefined } });
});
afterAll(async () => {
  await Promise.all([queues.close(), index.close(), events.close(), answers.close(), known.close()]);
  await redis.close();
});
beforeEach(async () => {
  const bare = { ...(await testPorts()), index, known };
  ports = { ...bare, outbox: createOutbox({ ...bare, queues, events }) };
  erasing = { ...ports, queues, events, answers, signer, settleMs: 0 };
});
afterEach(async () => {
  await ports.close();
});

interface Made {
  media: string;
  needles: string[];
}

let made = 0;
/** A judged scan, told to a webhook that has not been reached, with evidence, an answer that is kept, and a subject. */
async function judged(subject: string | null = null, owner = tenant, content?: string): Promise<Made> {
  const name = `holiday-${(made += 1)}.mp4`;
  const bytes = content ?? `content of ${name} ${Math.random()}`;
  const taken = await intake(Readable.from([bytes]), { tenant: owner, name, subject }, ports, noAbort);
  if (!taken.ok) throw new Error('not taken in');
  const media = taken.value.media.id;
  const { scan } = await submitScan(ports, queues, { media, tenant: owner }, noAbort);
  for (const at of [0, 1]) await ports.store.put(keys.evidence(scan.id, `track-0-${at}.jpg`), 'jpeg', {}, noAbort);
  await ports.store.put(keys.segment(scan.id, 0), '{}', {}, noAbort);
  const outcome = await reject(scan.id, { code: 'not_media', message: 'No media.' }, ports, noAbort);
  if (!outcome.ok) throw new Error('not judged');
  await publish(outcome.value, ports, noAbort);
  const claim = await answers.claim(`key-${owner}-${media}`, 'f', 5_000);
  if (claim.state !== 'claimed') throw new Error('not claimed');
  const about = [media, scan.id].map((id) => answerAbout(owner, id));
  const answer = { fingerprint: 'f', status: 201, location: null, body: taken.value.media, about };
  await answers.answer(`key-${owner}-${media}`, claim.token, answer, dayMs);
  return { media, needles: [media, scan.id, name] };
}

const frames = Array.from({ length: 8 }, (_, at) => `${'0f'.repeat(31)}${at}${at},100,${at}`);
const looks = { type: 'vpdq' as const, durationSeconds: 8, frames };

/** As after a scan that saw something: remembered by its looks, and decided on. */
async function decided({ media, needles }: Made, label: DecisionLabel, owner = tenant): Promise<void> {
  const record: KnownRecord = {
    ...{ schema: 'assay.known-media/1', tenant: owner, media, scan: needles[1]!, ...looks },
    ...{ verdict: 'inconclusive', probability: null },
  };
  await writeStored(ports.store, knownKeys.record(owner, media), record, { ifAbsent: false }, noAbort);
  await putInLog(record, ports, noAbort);
  await decide({ tenant: owner, media }, { label, by: 'Jo Decider', note: '' }, ports, queues, noAbort);
}

/** Another item, whose verdict says that it looks like this one. */
async function heirOf(one: Made): Promise<Made> {
  const heir = await judged();
  await writeStored(
    ports.store,
    knownKeys.record(tenant, heir.media),
    { ...looks, ...heirRecord(heir) },
    { ifAbsent: false },
    noAbort,
  );
  const verdictKey = keys.verdict(heir.needles[1]!);
  const verdict = await readStored(ports.store, verdictKey, Verdict, noAbort);
  await writeStored(ports.store, verdictKey, { ...verdict, knownMedia: findingsOf([]) }, { ifAbsent: false }, noAbort);
  expect(await settleScan(heir.needles[1]!, 'Found.', ports, noAbort)).toBe(true);
  expect(await knownMediaOf(heir)).toMatchObject({ matches: [{ source: { media: one.media } }] });
  return heir;
}

const heirRecord = ({ media, needles }: Made) => ({
  ...{ schema: 'assay.known-media/1', tenant, media, scan: needles[1]! },
  ...{ verdict: 'inconclusive', probability: null },
});
const knownMediaOf = async ({ needles }: Made) =>
  (await readStored(ports.store, keys.verdict(needles[1]!), Verdict, noAbort))?.knownMedia;

const traces = (needles: string[]) => tracesOf(needles, { store: ports.store, redisPath: redis.path });
/** All that may name what was erased, and only where that was what was asked for. */
const receiptOf = ({ id }: Erasure) => [`store:erasures/${tenant}/${id}.json`, `store:receipts/${tenant}/${id}.json`];
const ask = (target: KeepTarget) => requestErasure(tenant, { target }, { store: ports.store, queues }, noAbort);
const state = (erasure: Erasure) => getErasure(tenant, erasure.id, ports.store, noAbort);

/** As a worker does the job, over all of its pauses. */
async function toEnd({ id }: Erasure, parts = erasing): Promise<void> {
  for (;;) {
    try {
      return await runErasure({ v: 1, tenant, erasure: id }, parts, noAbort);
    } catch (error) {
      if (!(error instanceof LaterError)) throw error;
    }
  }
}

class Died extends Error {}
/** A store that dies at its nth change, as a process by `kill -9`. */
function mortal(store: ObjectStore, after: number): ObjectStore {
  let left = after;
  const changing = new Set<PropertyKey>(['put', 'delete', 'deletePrefix', 'move']);
  return new Proxy(store, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        if (changing.has(name) && (left -= 1) < 0) throw new Died();
        return method.apply(target, args);
      };
    },
  });
}

beforeEach(async () => {
  // Nobody delivers here, so that deliveries stay pending.
  const hook = { url: 'http://127.0.0.1:8999/hook', signing: 'hmac' as const };
  for (const owner of [tenant, 'acme']) await createWebhook(owner, hook, ports.store, sending, noAbort);
});

it('an erasure that dies at any change of the store leaves nothing, and counts everything once', async () => {
  const control = await judged();
  let deaths = 0;
  for (let step = 0; ; step += 1) {
    const one = await judged();
    const { media, needles } = one;
    await decided(one, 'confirmed_manipulated');
    const heir = await heirOf(one);
    const erasure = await ask({ kind: 'media', media });
    const store = mortal(ports.store, step);
    const died = await toEnd(erasure, { ...erasing, store }).then(
      () => false,
      (error: unknown) => {
        if (!(error instanceof Died)) throw error;
        return true;
      },
    );
    if (died) deaths += 1;
    await toEnd(erasure);
    const { receipt } = await state(erasure);
    expect([step, receipt?.receipt.removed]).toEqual([
      step,
      { mediaItems: 1, scans: 1, verdicts: 1, evidence: 2, events: 2, objects: 13, bytes: expect.any(Number) },
    ]);
    expect(await knownMediaOf(heir)).toMatchObject({ matches: [], inherited: null });
    expect((await traces(needles)).sort()).toEqual(receiptOf(erasure));
    expect(await traces([`erasing/${tenant}.${erasure.id}`])).toEqual([]);
    if (!died) break;
  }
  expect(deaths).toBeGreaterThan(15);
  expect((await traces([control.media])).length).toBeGreaterThan(5);
}, 480_000);

/** An erasure of media that an earlier document of its heir names, with a hold on the heir. */
async function erasureThatWaits(one: Awaited<ReturnType<typeof judged>>) {
  await decided(one, 'confirmed_manipulated');
  const heir = await heirOf(one);
  const target = { kind: 'media' as const, media: heir.media };
  const hold = await placeHold(tenant, { target, reason: 'Case 7' }, ports.store, noAbort);
  // One more revision, so that an earlier document names it.
  await decide({ tenant, media: one.media }, { label: null, by: 'Jo', note: '' }, ports, queues, noAbort);
  await revisitAll(ports, noAbort);
  const erasure = await ask({ kind: 'media', media: one.media });
  await toEnd(erasure);
  return { erasure, heir, hold };
}

it('a hold on media whose verdict names what is erased keeps that, and the receipt waits for it', async () => {
  const one = await judged();
  const { erasure, heir, hold } = await erasureThatWaits(one);
  expect(await state(erasure)).toMatchObject({ state: 'held', held: [{ media: heir.media, hold: hold.id }] });
  expect(await traces([one.media])).toContain(`store:${knownKeys.revision(heir.needles[1]!, 2)}`);
  await liftHold(tenant, hold.id, ports.store, noAbort);
  await toEnd(erasure);
  expect((await state(erasure)).state).toBe('done');
  expect((await traces(one.needles)).sort()).toEqual(receiptOf(erasure));
});

it('what is uploaded again stays while an erasure of its first upload waits for a hold on other media', async () => {
  const content = `again ${Math.random()}`;
  const one = await judged(null, tenant, content);
  const { erasure, hold } = await erasureThatWaits(one);
  expect((await state(erasure)).state).toBe('held');
  const again = await judged(null, tenant, content);
  expect(again.media).toBe(one.media);
  const isThere = async () => (await ports.store.stat(keys.verdict(again.needles[1]!), noAbort)) !== null;
  await toEnd(erasure);
  expect([(await state(erasure)).state, await isThere()]).toEqual(['held', true]);
  await liftHold(tenant, hold.id, ports.store, noAbort);
  await toEnd(erasure);
  expect([(await state(erasure)).state, await isThere()]).toEqual(['done', true]);
});

it('hash lists go with their tenant, unless it is on hold, and stay for others', async () => {
  const signals = [{ name: 'seen', type: 'pdq' as const, frames: frames.slice(0, 1).map(frameOf) }];
  const list = { name: 'List', label: 'confirmed_manipulated' as const, signals, passedOver: 0 };
  const [mine, theirs] = [
    await importKnownList(tenant, list, ports, noAbort),
    await importKnownList('acme', list, ports, noAbort),
  ];
  const hold = await placeHold(tenant, { target: { kind: 'tenant' }, reason: 'Case 8' }, ports.store, noAbort);
  await expect(removeKnownList(tenant, mine.id, ports, noAbort)).rejects.toThrow('Case 8');
  const erasure = await ask({ kind: 'tenant' });
  await ports.store.put(keys.erasedUploads(erasure.id), '', {}, noAbort);
  await toEnd(erasure);
  expect(await state(erasure)).toMatchObject({ state: 'held', held: [{ media: null, hold: hold.id }] });
  await liftHold(tenant, hold.id, ports.store, noAbort);
  await toEnd(erasure);
  expect((await state(erasure)).receipt?.receipt.removed).toMatchObject({ mediaItems: 0, objects: 2 });
  expect(await traces([mine.id])).toEqual([]);
  expect((await traces([theirs.id])).length).toBeGreaterThan(2);
});

it('a receipt can be checked: its digest, its signature, the list of what went', async () => {
  const { media } = await judged();
  const erasure = await ask({ kind: 'media', media });
  await toEnd(erasure);
  const sealed = (await state(erasure)).receipt!;
  const text = canonicalJson(sealed.receipt);
  expect(sealed.digest).toBe(createHash('sha256').update(text).digest('hex'));
  expect(sealed.receipt.itemsSha256).toBe(createHash('sha256').update(`${media}\n`).digest('hex'));
  const key = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }));
  const signature = Buffer.from(sealed.signature!.value, 'base64url');
  expect(verify(null, Buffer.from(text), key, signature)).toBe(true);
  expect(verify(null, Buffer.from(`${text} `), key, signature)).toBe(false);
});

it('by subject, what is about it goes, two at once do it once, and the subject itself is nowhere', async () => {
  const [one, two, other] = [await judged('Jo Doe'), await judged('Jo Doe'), await judged('Al Roe')];
  const erasure = await ask({ kind: 'subject', subject: 'Jo Doe' });
  // Uploads that are half done are the API's to look for.
  await ports.store.put(keys.erasedUploads(erasure.id), '', {}, noAbort);
  await Promise.all([toEnd(erasure), toEnd(erasure)]);
  const { receipt } = await state(erasure);
  expect(receipt?.receipt.removed).toMatchObject({ mediaItems: 2, scans: 2, verdicts: 2 });
  expect(await traces([...one.needles, ...two.needles, 'Jo Doe', 'Al Roe'])).toEqual([]);
  expect((await traces([other.media])).length).toBeGreaterThan(5);
});

it('waits until half-done uploads have been looked through', async () => {
  await judged('Wa Iter');
  const erasure = await ask({ kind: 'subject', subject: 'Wa Iter' });
  await runErasure({ v: 1, tenant, erasure: erasure.id }, erasing, noAbort).catch((error: unknown) => {
    expect(error).toBeInstanceOf(LaterError);
  });
  await expect(runErasure({ v: 1, tenant, erasure: erasure.id }, erasing, noAbort)).rejects.toThrow(LaterError);
  expect((await state(erasure)).state).toBe('running');
});

it('of a tenant everything goes', async () => {
  const all = [await judged(), await judged('X')];
  const erasure = await ask({ kind: 'tenant' });
  await ports.store.put(keys.erasedUploads(erasure.id), '', {}, noAbort);
  await toEnd(erasure);
  expect(await traces(all.flatMap(({ needles }) => needles))).toEqual([]);
});

it('of two tenants with the same bytes, one erases: the file and all of the other stay', async () => {
  const content = `shared ${Math.random()}`;
  const mine = await judged('Sha Red', tenant, content);
  const theirs = await judged('Sha Red', 'acme', content);
  expect(theirs.media).toBe(mine.media);
  const [, scan = '', name = ''] = theirs.needles;
  const before = await traces([scan, name]);
  const verdict = await ports.store.get(keys.verdict(scan), noAbort);
  expect(verdict).not.toBeNull();

  const erasure = await ask({ kind: 'subject', subject: 'Sha Red' });
  await ports.store.put(keys.erasedUploads(erasure.id), '', {}, noAbort);
  await toEnd(erasure);
  // The file is one object less than an item that nobody else has.
  expect((await state(erasure)).receipt?.receipt.removed).toMatchObject({ mediaItems: 1, scans: 1, objects: 8 });
  expect(await traces(mine.needles.slice(1))).toEqual([]);
  expect(await ports.store.stat(keys.mediaRecord(mine.media, tenant), noAbort)).toBeNull();
  expect((await ports.store.get(keys.media(mine.media), noAbort))?.toString()).toBe(content);
  expect(await ports.store.get(keys.verdict(scan), noAbort)).toEqual(verdict);
  expect(await traces([scan, name])).toEqual(before);
  expect((await answers.claim(`key-acme-${mine.media}`, 'f', 5_000)).state).toBe('answered');

  await deleteMedia(erasing, queues, { media: mine.media, tenant: 'acme' }, noAbort);
  expect(await ports.store.stat(keys.media(mine.media), noAbort)).toBeNull();
});

describe('a hold', () => {
  const held = async (target: KeepTarget) => placeHold(tenant, { target, reason: 'Case 12/3' }, ports.store, noAbort);

  it.each(['media', 'subject', 'tenant'] as const)('on %s keeps everything, says why, and ends', async (kind) => {
    const { media, needles } = await judged('Ho Ld');
    const target: KeepTarget =
      kind === 'media' ? { kind, media } : kind === 'subject' ? { kind, subject: 'Ho Ld' } : { kind };
    const hold = await held(target);
    const before = await traces(needles);
    await expect(deleteMedia(erasing, queues, { media, tenant }, noAbort)).rejects.toThrow(MediaHeldError);
    await expect(deleteMedia(erasing, queues, { media, tenant }, noAbort)).rejects.toThrow('Case 12/3');
    const erasure = await ask({ kind: 'media', media });
    await toEnd(erasure);
    expect(await state(erasure)).toMatchObject({
      state: 'held',
      receipt: null,
      held: [{ media, hold: hold.id, reason: 'Case 12/3' }],
    });
    const year = { ...keepForever, mediaDays: 1, evidenceDays: 1, verdictDays: 1 };
    const report = await applyRetention(
      [media.slice(0, 3)],
      { ...erasing, retention: year },
      noAbort,
      Date.now() + 9 * dayMs,
    );
    expect(report).toMatchObject({ held: 1, files: 0, evidence: 0, verdicts: 0, items: 0 });
    expect((await traces(needles)).filter((place) => !place.includes('eras'))).toEqual(before);

    await liftHold(tenant, hold.id, ports.store, noAbort);
    await queues.erase.obliterate({ force: true });
    expect(await sweepErasures(ports, queues, noAbort)).toBe(1);
    await toEnd(erasure);
    expect((await state(erasure)).state).toBe('done');
    expect((await traces(needles)).sort()).toEqual(receiptOf(erasure));
  });

  it('and a deletion that meet never both win', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { media } = await judged();
      const [hold, deletion] = await Promise.allSettled([
        held({ kind: 'media', media }),
        deleteMedia(erasing, queues, { media, tenant }, noAbort),
      ]);
      const exists = await ports.store.stat(keys.media(media), noAbort);
      if (hold.status === 'fulfilled') expect([round, exists === null]).toEqual([round, false]);
      if (deletion.status === 'fulfilled') expect([round, exists === null]).toEqual([round, true]);
      expect(hold.status === 'fulfilled' && deletion.status === 'fulfilled').toBe(false);
    }
  });
});

describe('a hold and retention that meet', () => {
  const place = (target: KeepTarget, owner = tenant) =>
    placeHold(owner, { target, reason: 'Case 9' }, ports.store, noAbort);
  const ageing = { ...keepForever, mediaDays: 1, evidenceDays: 1, verdictDays: 60 };
  const apply = (media: string) =>
    applyRetention([media.slice(0, 3)], { ...erasing, retention: ageing }, noAbort, Date.now() + 9 * dayMs);
  const markers = async () => {
    const found: string[] = [];
    for await (const { key } of ports.store.list(keys.allAgeing, noAbort)) found.push(key);
    return found;
  };
  /** Has a hold asked for when retention is about to remove something, and looks for its answer a while later. */
  async function meets(media: string, ask: () => Promise<unknown>, removal: string): Promise<string[]> {
    const order: string[] = [];
    let asked: Promise<unknown> = Promise.resolve();
    const remove = ports.store.delete;
    const slow = jest.spyOn(ports.store, 'delete').mockImplementation(async (key, signal) => {
      if (key === removal) {
        asked = ask().then(() => order.push('held'));
        await sleep(300);
        order.push('removed');
      }
      await remove.call(ports.store, key, signal);
    });
    await apply(media);
    slow.mockRestore();
    await asked;
    return order;
  }

  it.each(['media', 'subject', 'tenant'] as const)('never both win, where it is on %s', async (kind) => {
    const { media, needles } = await judged('Me Et');
    const target: KeepTarget =
      kind === 'media' ? { kind, media } : kind === 'subject' ? { kind, subject: 'Me Et' } : { kind };
    const order = await meets(media, () => place(target), keys.plan(needles[1]!));
    expect(order).toEqual(['removed', 'held']);
    expect(await markers()).toEqual([]);
  });

  it('never both win, where it is of another tenant with the same file', async () => {
    const content = `met ${Math.random()}`;
    const { media } = await judged(null, tenant, content);
    await judged(null, 'acme', content);
    await setRetention('acme', { ...ageing, evidenceDays: null }, ports.store, noAbort);
    expect(await meets(media, () => place({ kind: 'media', media }, 'acme'), keys.media(media))).toEqual([
      'removed',
      'held',
    ]);
    expect(await markers()).toEqual([]);
  });

  it('leave no marker where retention fails, and one of a process that died is waited for only so long', async () => {
    const { media, needles } = await judged();
    const remove = ports.store.delete;
    const broken = jest.spyOn(ports.store, 'delete').mockImplementation(async (key, signal) => {
      if (key === keys.plan(needles[1]!)) throw new Error('broken');
      await remove.call(ports.store, key, signal);
    });
    await apply(media);
    broken.mockRestore();
    expect(await markers()).toEqual([]);

    const left = keys.ageing(tenant, media, 'left');
    await ports.store.put(left, '', {}, noAbort);
    const real = Date.now;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => real() + 11 * 60_000);
    await place({ kind: 'media', media });
    expect(await markers()).toEqual([left]);
    await applyRetention([], { ...erasing, retention: ageing }, noAbort);
    clock.mockRestore();
    expect(await markers()).toEqual([]);
  });

  it('refuse the hold where retention does not come to an end', async () => {
    const { media } = await judged();
    const marker = keys.ageing(tenant, media, 'slow');
    await ports.store.put(marker, '', {}, noAbort);
    const [real, began] = [Date.now, Date.now()];
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => began + 20 * (real() - began));
    await expect(place({ kind: 'media', media })).rejects.toMatchObject({ code: 'being_deleted' });
    clock.mockRestore();
    expect(await listHolds(tenant, ports.store, noAbort)).toEqual([]);
    // What another item is aged for is nobody's concern here.
    await ports.store.delete(marker, noAbort);
    await ports.store.put(keys.ageing(tenant, 'f'.repeat(64), 'other'), '', {}, noAbort);
    await place({ kind: 'media', media });
  });
});

it('a deletion that was cut off is ended by the sweeper', async () => {
  const { media, needles } = await judged();
  await expect(
    deleteMedia({ ...erasing, store: mortal(ports.store, 4) }, queues, { media, tenant }, noAbort),
  ).rejects.toThrow(Died);
  expect((await traces(needles)).length).toBeGreaterThan(0);
  expect(await sweepDeletions(erasing, queues, noAbort)).toBe(0);
  expect(await sweepDeletions(erasing, queues, noAbort, -1)).toBe(1);
  expect(await traces(needles)).toEqual([]);
});

describe('retention', () => {
  const apply = (media: string, days: Partial<typeof keepForever>, afterDays: number) =>
    applyRetention(
      [media.slice(0, 3)],
      { ...erasing, retention: { ...keepForever, ...days } },
      noAbort,
      Date.now() + afterDays * dayMs,
    );
  const exists = async (key: string) => (await ports.store.stat(key, noAbort)) !== null;

  it('removes each kind in its time, and at the end all', async () => {
    const { media, needles } = await judged('Ti Me');
    const scan = needles[1]!;
    const days = { mediaDays: 10, evidenceDays: 20, verdictDays: 40, indexDays: 5, eventsDays: 7 };
    const parts = async () => ({
      index: (await index.get(scan)) !== null,
      events: await exists(keys.event(scan, `${scan}-verdict-published`)),
      file: await exists(keys.media(media)),
      evidence: await exists(keys.evidence(scan, 'track-0-0.jpg')),
      segments: await exists(keys.segment(scan, 0)),
      verdict: await exists(keys.verdict(scan)),
      record: await exists(keys.mediaRecord(media, tenant)),
    });
    const all = { index: true, events: true, file: true, evidence: true, segments: true, verdict: true, record: true };
    await apply(media, days, 4.9);
    expect(await parts()).toEqual(all);
    await apply(media, days, 5.1);
    expect(await parts()).toEqual({ ...all, index: false });
    await apply(media, days, 7.1);
    expect(await parts()).toEqual({ ...all, index: false, events: false });
    await apply(media, days, 10.1);
    expect(await parts()).toEqual({ ...all, index: false, events: false, file: false });
    await apply(media, days, 20.1);
    const last = { index: false, events: false, file: false, evidence: false, segments: false };
    expect(await parts()).toEqual({ ...last, verdict: true, record: true });
    await apply(media, days, 40.1);
    expect(await parts()).toEqual({ ...last, verdict: false, record: true });
    await apply(media, days, 40.2);
    expect(await traces(needles.slice(0, 2))).toEqual([]);
  });

  it('keeps what media looks like for as long as the verdict, and what was decided for as long as the media', async () => {
    const one = await judged();
    await decided(one, 'confirmed_manipulated');
    const parts = async () => ({
      looks: await exists(knownKeys.record(tenant, one.media)),
      found: (await known.findMedia(tenant, one.media)) !== null,
      decision: (await decisionHistory({ tenant, media: one.media }, ports.store, noAbort)).standing !== null,
    });
    await apply(one.media, { evidenceDays: 10, verdictDays: 20 }, 19);
    expect(await parts()).toEqual({ looks: true, found: true, decision: true });
    await apply(one.media, { evidenceDays: 10, verdictDays: 20 }, 21);
    expect(await parts()).toEqual({ looks: false, found: false, decision: true });
    await apply(one.media, { mediaDays: 1, verdictDays: 20 }, 22);
    expect(await parts()).toEqual({ looks: false, found: false, decision: false });
  });

  it('counts a revised scan from its end, and the news of the revision from when it was told', async () => {
    const one = await judged();
    await decided(one, 'confirmed_manipulated');
    const heir = await heirOf(one);
    const scan = heir.needles[1]!;
    const record = await readStored(ports.store, keys.record(scan), ScanRecord, noAbort);
    const updatedAt = new Date(Date.now() - 29 * dayMs).toISOString();
    await writeStored(ports.store, keys.record(scan), { ...record, updatedAt }, { ifAbsent: false }, noAbort);
    await decide({ tenant, media: one.media }, { label: null, by: 'Jo', note: '' }, ports, queues, noAbort);
    await revisitAll(ports, noAbort);
    const news = keys.event(scan, `${scan}-verdict-revised-3`);
    const told = await readStored(ports.store, news, ScanNews, noAbort);
    expect(Date.parse(told!.timestamp)).toBeGreaterThan(Date.now() - dayMs);
    expect(await readStored(ports.store, keys.record(scan), ScanRecord, noAbort)).toMatchObject({ updatedAt });
    await apply(heir.media, { verdictDays: 30, eventsDays: 14 }, 0.9);
    expect([await exists(keys.verdict(scan)), await exists(news)]).toEqual([true, true]);
    await apply(heir.media, { verdictDays: 60, eventsDays: 14 }, 14.1);
    expect([await exists(keys.verdict(scan)), await exists(news)]).toEqual([true, false]);
    await apply(heir.media, { verdictDays: 30 }, 1.1);
    expect(await exists(keys.verdict(scan))).toBe(false);
  });

  it.each<[string, Partial<typeof keepForever>]>([
    ['an event', { eventsDays: 2 }],
    ['its verdict', { verdictDays: 2 }],
  ])('tells who has not read an event when the time of %s is over, also after a reindex', async (_what, days) => {
    const page = (after?: string) =>
      readFeed(tenant, { after, limit: 100, wait: 0 }, { ...ports, events }, noAbort, noAbort);
    const { next: before } = await page();
    const old = await judged();
    const { next: between, events: told } = await page(before);
    expect(told.map(({ id }) => id)).toEqual([`${old.needles[1]}-verdict-published`]);
    const young = await judged();
    await apply(old.media, days, 1.9);
    expect((await page(before)).events).toHaveLength(2);
    expect(await apply(old.media, days, 2.1)).toMatchObject(days.eventsDays ? { events: 1 } : { verdicts: 1 });
    const after = async () => {
      await expect(page(before)).rejects.toThrow(EventsExpiredError);
      const left = [await page(between), await page()];
      const ids = left.map((one) => one.events.map(({ id }) => id));
      expect(ids).toEqual(left.map(() => [`${young.needles[1]}-verdict-published`]));
    };
    await after();
    await reindex(ports, noAbort);
    await after();
  });

  it('and a deletion differ: nobody is told that an erased event is gone', async () => {
    const page = (after?: string) =>
      readFeed(tenant, { after, limit: 100, wait: 0 }, { ...ports, events }, noAbort, noAbort);
    const { next: before } = await page();
    const [erased, stays] = [await judged(), await judged()];
    await toEnd(await ask({ kind: 'media', media: erased.media }));
    expect((await page(before)).events.map(({ id }) => id)).toEqual([`${stays.needles[1]}-verdict-published`]);
  });

  it('that comes between a page and the reading of its events is not passed over', async () => {
    const { next: before } = await events.read({ tenant, after: null, limit: 100, waitMs: 0 }, noAbort);
    const one = await judged();
    const asked = { after: before, limit: 100, wait: 0 };
    const removing = (remove: () => Promise<unknown>): EventLog => {
      let isFirst = true;
      return new Proxy(events, {
        get: (log, name) =>
          name === 'read'
            ? async (...args: Parameters<EventLog['read']>) => {
                const page = await log.read(...args);
                if (isFirst) await remove();
                isFirst = false;
                return page;
              }
            : Reflect.get(log, name),
      });
    };
    const expiring = removing(() => apply(one.media, { eventsDays: 2 }, 2.1));
    await expect(readFeed(tenant, asked, { ...ports, events: expiring }, noAbort, noAbort)).rejects.toThrow(
      EventsExpiredError,
    );
    const { next: between } = await events.read({ tenant, after: null, limit: 100, waitMs: 0 }, noAbort);
    const other = await judged();
    const deleting = removing(() => deleteMedia(erasing, queues, { media: other.media, tenant }, noAbort));
    const page = await readFeed(tenant, { ...asked, after: between }, { ...ports, events: deleting }, noAbort, noAbort);
    expect(page.events).toEqual([]);
  });

  it('keeps an event that a callback is still to hear', async () => {
    const { media, needles } = await judged();
    const scan = needles[1]!;
    const record = await readStored(ports.store, keys.record(scan), ScanRecord, noAbort);
    await addCallback(record!, { url: 'http://127.0.0.1:8999/late' }, { ...ports, queues }, noAbort);
    const [callback = ''] = await callbackIds(scan, ports.store, noAbort);
    const pending: string[] = [];
    for await (const { key } of ports.store.list(keys.pendingDeliveries, noAbort)) {
      if (key.includes(callback)) pending.push(key);
    }
    expect(pending).toHaveLength(1);
    const event = keys.event(scan, `${scan}-verdict-published`);
    expect(await apply(media, { eventsDays: 7 }, 8)).toMatchObject({ events: 0 });
    expect(await exists(event)).toBe(true);
    await ports.store.delete(pending[0]!, noAbort);
    expect(await apply(media, { eventsDays: 7 }, 8)).toMatchObject({ events: 1 });
    const deliveries = (await traces([callback])).filter((place) => place.startsWith('store:deliveries/'));
    expect([await exists(event), deliveries]).toEqual([false, []]);
  });

  it('keeps a file that two tenants have for as long as the one who keeps it longest', async () => {
    const content = `both ${Math.random()}`;
    const { media } = await judged(null, tenant, content);
    await judged(null, 'acme', content);
    const days = { mediaDays: 1 };
    await setRetention('acme', { ...keepForever, mediaDays: 10 }, ports.store, noAbort);
    expect(await apply(media, days, 5)).toMatchObject({ files: 0 });
    expect(await exists(keys.media(media))).toBe(true);
    const hold = await placeHold('acme', { target: { kind: 'media', media }, reason: 'Case 2' }, ports.store, noAbort);
    expect(await apply(media, days, 11)).toMatchObject({ files: 0 });
    expect(await exists(keys.media(media))).toBe(true);
    await liftHold('acme', hold.id, ports.store, noAbort);
    expect(await apply(media, days, 11)).toMatchObject({ files: 1 });
    expect(await exists(keys.media(media))).toBe(false);
  });

  it('keeps a file that a scan of another tenant is still to look at', async () => {
    const content = `looked at ${Math.random()}`;
    const { media } = await judged(null, tenant, content);
    const theirs = await judged(null, 'acme', content);
    await ports.store.put(keys.openScan(theirs.needles[1]!), '', {}, noAbort);
    expect(await apply(media, { mediaDays: 1 }, 5)).toMatchObject({ files: 0 });
    expect(await exists(keys.media(media))).toBe(true);
    await ports.store.delete(keys.openScan(theirs.needles[1]!), noAbort);
    expect(await apply(media, { mediaDays: 1 }, 5)).toMatchObject({ files: 1 });
  });

  it('counts the days of a file from when it was last taken in', async () => {
    const content = `again ${Math.random()}`;
    const { media } = await judged(null, tenant, content);
    await intake(Readable.from([content]), { tenant, name: 'again.mp4' }, ports, noAbort);
    const key = keys.mediaRecord(media, tenant);
    const record = await readStored(ports.store, key, MediaRecord, noAbort);
    const takenInAt = new Date(Date.now() + 8 * dayMs).toISOString();
    await writeStored(ports.store, key, { ...record, takenInAt }, { ifAbsent: false }, noAbort);
    expect(await apply(media, { mediaDays: 10 }, 17)).toMatchObject({ files: 0 });
    expect(await apply(media, { mediaDays: 10 }, 18.1)).toMatchObject({ files: 1 });
  });

  it('counts them from when its bytes came, where they came after all that is noted of it', async () => {
    const { media } = await judged();
    const key = keys.mediaRecord(media, tenant);
    const record = await readStored(ports.store, key, MediaRecord, noAbort);
    const createdAt = new Date(Date.now() - 30 * dayMs).toISOString();
    await writeStored(ports.store, key, { ...record, createdAt, takenInAt: createdAt }, { ifAbsent: false }, noAbort);
    expect(await apply(media, { mediaDays: 10 }, 9)).toMatchObject({ files: 0 });
    expect(await apply(media, { mediaDays: 10 }, 10.1)).toMatchObject({ files: 1 });
  });

  it('touches nothing of a scan that is under way', async () => {
    const { media, needles } = await judged();
    await ports.store.put(keys.openScan(needles[1]!), '', {}, noAbort);
    const before = await traces(needles);
    await apply(media, { mediaDays: 1, evidenceDays: 1, verdictDays: 1 }, 100);
    expect(await traces(needles)).toEqual(before);
  });

  it('goes on with the others where one record cannot be read', async () => {
    const { media, needles } = await judged();
    const twin = `${media.slice(0, 3)}${'0'.repeat(61)}`;
    await writeStored(ports.store, keys.mediaRecord(twin, tenant), { broken: true }, { ifAbsent: false }, noAbort);
    expect(await apply(media, { mediaDays: 1 }, 2)).toMatchObject({ files: 1 });
    expect(await readStored(ports.store, keys.record(needles[1]!), ScanRecord, noAbort)).toMatchObject({ media });
  });

  it('looks at many media items side by side, in bounds', async () => {
    const { media } = await judged();
    const record = await readStored(ports.store, keys.mediaRecord(media, tenant), MediaRecord, noAbort);
    for (let n = 0; n < 60; n += 1) {
      const twin = `${media.slice(0, 3)}${String(n).padStart(61, '0')}`;
      await writeStored(
        ports.store,
        keys.mediaRecord(twin, tenant),
        { ...record!, id: twin },
        { ifAbsent: false },
        noAbort,
      );
    }
    const { stat } = ports.store;
    const crowd = openCrowd(32);
    const slow = jest
      .spyOn(ports.store, 'stat')
      .mockImplementation((...asked) => crowd.pass(() => stat.apply(ports.store, asked)));
    await apply(media, { mediaDays: 1 }, 0);
    slow.mockRestore();
    expect(crowd.most()).toBe(32);
  });

  it('comes to every id once a day', () => {
    const day = Array.from({ length: 1_440 }, (_, minute) => slicesAt(minute * 60_000)).flat();
    expect(day).toHaveLength(slices);
    expect(new Set(day).size).toBe(slices);
  });
});
