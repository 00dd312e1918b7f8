/**
 * One call when something becomes of one scan. What holds:
 * - it comes signed by the tenant's callback secret, once for each address, however often it is asked for, also where the verdict was there before;
 * - nothing is sent that its receiver could not check, or to where nobody may be led: both are refused before a scan is asked for, or the first byte
 *   of an upload that asks for one is taken;
 * - a scan that was started anew tells of its own end, not of the one before; 410 ends the calls of one callback;
 * - the log shows the calls, which can be made again; another tenant sees none of it; deleting media leaves nothing of it.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AssayClient } from '@assay/client';
import { ApiKeyWithSecret, type Callback, CallbackSecret, Problem, type ScanCallback } from '@assay/contracts';
import { Webhook as Verifier } from 'standardwebhooks';
import { startTestApi, type TestApi } from '../support/api';
import { filesUnder } from '../support/files-under';
import { plainHeaders, type Receiver, startReceiver } from '../support/receiver';
import { metadataOf, tus } from '../support/tus';

/** A worker starts here, on machines that may be busy. */
jest.setTimeout(180_000);

let api: TestApi;
let receiver: Receiver;
let secret: string;
beforeAll(async () => {
  api = await startTestApi({ ASSAY_WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8', ASSAY_MOCK: '1' });
});
afterAll(() => api?.close());
beforeEach(async () => void (receiver = await startReceiver()));
afterEach(() => receiver.close());

const newMedia = async (client = api.client) => (await client.uploadMedia(new Blob([randomUUID()]))).id;
const ask = (body: object) =>
  api.ask('/v1/scans', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const refusalOf = async (callback: unknown): Promise<unknown[]> => {
  const answer = await ask({ media: await newMedia(), callback });
  const { type, errors } = Problem.parse(await answer.json());
  return [answer.status, type.split(':').at(-1), errors?.[0]?.path];
};
const typesOf = ({ received }: Receiver) => received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
async function untilLog(scan: string, is: (callbacks: Callback[]) => boolean): Promise<Callback[]> {
  for (;;) {
    const callbacks = await api.client.callbacks(scan);
    if (is(callbacks)) return callbacks;
    await sleep(50);
  }
}
const scanWith = async (callback: ScanCallback) => api.client.createScan({ media: await newMedia(), callback });

it('sends nothing that cannot be checked', async () => {
  const before = await api.stored();
  expect(await refusalOf({ url: receiver.url })).toEqual([422, 'no-callback-secret', 'callback']);
  const left = (await api.stored()).filter((name) => !before.includes(name));
  expect(left.filter((name) => name.startsWith('scans/'))).toEqual([]);
  expect(await (await api.ask('/v1/callback-secret')).json()).toEqual({ secrets: [] });
  const made = await api.client.webhooks.rotateCallbackSecret();
  secret = made.secret ?? '';
  expect(secret).toMatch(/^whsec_/);
  const shown = await (await api.ask('/v1/callback-secret')).json();
  expect(CallbackSecret.parse(shown)).toEqual({ secrets: made.secrets });
  expect(JSON.stringify(shown)).not.toContain(secret);
});

it.each([
  ['the address of a cloud', { url: 'http://169.254.169.254/' }, [422, 'url-not-allowed', 'callback.url']],
  ['a private network', { url: 'https://10.0.0.1/' }, [422, 'url-not-allowed', 'callback.url']],
  ['http to the internet', { url: 'http://93.184.215.14/' }, [422, 'url-not-allowed', 'callback.url']],
  ['no address', {}, [400, 'invalid-request', 'callback.url']],
  ['unknown events', { url: 'https://x.example', events: ['x'] }, [400, 'invalid-request', 'callback.events.0']],
  ['a secret of its own', { url: 'https://x.example', secret: 'x' }, [400, 'invalid-request', 'callback.secret']],
])('refuses %s', async (_what, callback, refusal) => {
  expect(await refusalOf(callback)).toEqual(refusal);
});

it('calls of an end that nobody works towards when it is cancelled, and of that run alone', async () => {
  const media = await newMedia();
  const callback = { url: receiver.url };
  const { id } = await api.client.createScan({ media, callback });
  await api.client.cancelScan(id);
  // Started anew by somebody who wants to hear at another address: what was before is none of his.
  const other = await startReceiver();
  const again = await api.client.createScan({ media, callback: { url: other.url } });
  expect([again.id, again.state]).toEqual([id, 'queued']);
  await api.startWorker();
  await receiver.until(2);
  await other.until(1);
  await untilLog(id, (callbacks) =>
    callbacks.flatMap(({ deliveries }) => deliveries).every(({ state }) => state === 'delivered'),
  );
  expect(typesOf(receiver).sort()).toEqual(['scan.cancelled', 'verdict.published']);
  expect(typesOf(other)).toEqual(['verdict.published']);
  await other.close();
});

it('calls once, signed, and shows it', async () => {
  const media = await newMedia();
  const callback = { url: receiver.url };
  const { id } = await api.client.createScan({ media, callback });
  await api.client.createScan({ media, callback });
  const [message] = await receiver.until(1);
  expect(new Verifier(secret).verify(message!.body, plainHeaders(message!))).toMatchObject({
    id: `${id}-verdict-published`,
    type: 'verdict.published',
    data: { scan: id, media },
  });
  const [log] = await untilLog(id, ([first]) => first?.deliveries[0]?.state === 'delivered');
  expect(log).toMatchObject({ scan: id, url: receiver.url, deliveries: [{ tries: 1, attempts: [{ status: 204 }] }] });
  // Asked for again when it is over: it has been called already.
  await api.client.createScan({ media, callback });
  const [late, silent] = [await startReceiver(), await startReceiver()];
  await api.client.createScan({ media, callback: { url: late.url } });
  await api.client.createScan({ media, callback: { url: silent.url, events: ['scan.failed'] } });
  await late.until(1);
  const path = `/v1/scans/${id}/callbacks/${log!.id}/deliveries/${log!.deliveries[0]!.id}/replay`;
  expect((await api.ask(path, { method: 'POST' })).status).toBe(202);
  await receiver.until(2);
  expect(typesOf(receiver)).toEqual(['verdict.published', 'verdict.published']);
  expect([late.received.length, silent.received.length]).toEqual([1, 0]);
  const unknown = path.replace(log!.id, `cb_${'0'.repeat(24)}`);
  expect((await api.ask(unknown, { method: 'POST' })).status).toBe(404);
  await Promise.all([late.close(), silent.close()]);
});

it('is an option of items of a batch', async () => {
  const items = [{ media: await newMedia() }, { media: await newMedia(), callback: { url: 'https://10.0.0.1/' } }];
  const { results } = await api.client.createScans({ defaults: { callback: { url: receiver.url } }, items });
  expect(results.map(({ status, problem }) => [status, problem?.type.split(':').at(-1)])).toEqual([
    [202, undefined],
    [422, 'url-not-allowed'],
  ]);
  await receiver.until(1);
});

it('is an option of the scan that a resumable upload asks for', async () => {
  const bytes = Buffer.from(randomUUID());
  const callback = { url: receiver.url, events: ['verdict.published' as const] };
  const { media, scan } = await api.client.uploadResumable(bytes, { scan: true, callback });
  const [message] = await receiver.until(1);
  expect(new Verifier(secret).verify(message!.body, plainHeaders(message!))).toMatchObject({ data: { scan, media } });
  expect(await api.client.callbacks(scan!)).toMatchObject([callback]);
  // All that is noted of it goes with the media, the upload's own note too.
  await api.client.deleteMedia(media);
  const naming = async (): Promise<string[]> => {
    const files = await filesUnder(api.dataDir);
    const texts = await Promise.all(files.map((name) => readFile(join(api.dataDir, name), 'utf8').catch(() => '')));
    return texts.filter((text) => text.includes(receiver.url));
  };
  // Who was just writing down that it was told of removes that again.
  while ((await naming()).length > 0) await sleep(50);
});

it('keeps no upload from being taken in where its scan has as many callbacks as it may have', async () => {
  const bytes = Buffer.from(randomUUID());
  const { id: media } = await api.client.uploadMedia(new Blob([bytes]));
  const callbackOf = (n: number) => ({ url: `${receiver.url}?${n}` });
  for (let n = 0; n < 10; n += 1) await api.client.createScan({ media, callback: callbackOf(n) });
  const done = await api.client.uploadResumable(bytes, { scan: true, callback: callbackOf(10) });
  expect(done.media).toBe(media);
  expect(await api.client.callbacks(done.scan!)).toHaveLength(10);
});

it.each([
  ['no JSON', 'https://x.example', [400, 'invalid-request']],
  ['no address', '{}', [400, 'invalid-request']],
  ['an address within', JSON.stringify({ url: 'https://10.0.0.1/' }), [422, 'url-not-allowed']],
])('refuses an upload whose callback is %s before its first byte', async (_what, callback, refusal) => {
  const begun = async (metadata: Record<string, string>) => {
    const headers = { 'upload-length': '5', 'upload-metadata': metadataOf(metadata) };
    const { status, problem } = await tus(api, 'POST', '/v1/uploads', headers);
    return [status, problem];
  };
  const usable = JSON.stringify({ url: receiver.url });
  expect(await begun({ scan: 'true', callback })).toEqual(refusal);
  expect(await begun({ callback: usable })).toEqual([400, 'invalid-request']);
  expect(await begun({ policy: 'default', callback: usable })).toEqual([201, null]);
});

it('tries again, is ended by 410, and signs with both secrets while one is changed', async () => {
  receiver.answer(500);
  const first = await scanWith({ url: receiver.url });
  const [waiting] = await untilLog(first.id, ([one]) => one?.deliveries[0]?.tries === 1);
  expect(waiting?.deliveries[0]).toMatchObject({ state: 'pending', attempts: [{ outcome: 'refused', status: 500 }] });
  const next = await api.client.webhooks.rotateCallbackSecret({ overlapSeconds: 600 });
  receiver.answer(204);
  // Asked for again: the second try may have been signed before the change, on a machine that is slow.
  const [heard] = await untilLog(first.id, ([one]) => one?.deliveries[0]?.state === 'delivered');
  await api.ask(`/v1/scans/${first.id}/callbacks/${heard!.id}/deliveries/${heard!.deliveries[0]!.id}/replay`, {
    method: 'POST',
  });
  await receiver.until(3);
  for (const live of [secret, next.secret ?? ''])
    new Verifier(live).verify(receiver.received[2]!.body, plainHeaders(receiver.received[2]!));
  receiver.answer(410);
  const second = await scanWith({ url: receiver.url });
  const [gone] = await untilLog(second.id, ([one]) => one?.deliveries[0]?.state === 'failed');
  expect(gone?.deliveries[0]).toMatchObject({ tries: 1, attempts: [{ outcome: 'gone' }] });
  // Of that scan alone.
  receiver.answer(204);
  await scanWith({ url: receiver.url });
  await receiver.until(4);
});

it('has a limit for each scan', async () => {
  const media = await newMedia();
  const answers: number[] = [];
  for (let n = 0; n < 11; n += 1)
    answers.push((await ask({ media, callback: { url: `${receiver.url}?${n}` } })).status);
  expect(answers.map((status) => status < 300)).toEqual([...Array.from({ length: 10 }, () => true), false]);
  expect(answers.at(-1)).toBe(422);
});

it('is nobody else’s, and goes with its media', async () => {
  const made = await api.ask('/v1/keys', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'other', roles: ['admin'], tenant: 'other' }),
  });
  const apiKey = ApiKeyWithSecret.parse(await made.json()).key ?? '';
  const other = new AssayClient({ baseUrl: api.url, apiKey, retries: 0 });
  receiver.answer(500);
  const scan = await scanWith({ url: receiver.url });
  await untilLog(scan.id, ([one]) => one?.deliveries[0]?.tries === 1);
  await expect(other.callbacks(scan.id)).rejects.toMatchObject({ status: 404 });
  // The secret of one tenant signs nothing of another.
  const theirs = await newMedia(other);
  await expect(other.createScan({ media: theirs, callback: { url: receiver.url } })).rejects.toMatchObject({
    code: 'no-callback-secret',
  });
  const [{ id } = { id: '' }] = await api.client.callbacks(scan.id);
  const ofIt = async () => (await api.stored()).filter((name) => name.includes(id) || name.includes(scan.id));
  expect((await ofIt()).some((name) => name.startsWith(`deliveries/${id}/`))).toBe(true);
  await api.client.deleteMedia(scan.media);
  expect(await ofIt()).toEqual([]);
});
