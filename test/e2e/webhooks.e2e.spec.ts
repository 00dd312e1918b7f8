/**
 * Webhooks, the feed and long polls as their users meet them: two replicas of the API, a real worker process, a receiver
 * and the published verifier of Standard Webhooks. What holds:
 * - a verdict comes signed to the receiver once, whose log shows it; it can be sent again, and a test can be sent;
 * - the feed of either replica tells it too, to who waits as soon as it is there;
 * - `wait` answers at the end of a scan, and in its time when there is none;
 * - what is wrong is a typed refusal, and answers follow the published description;
 * - a service that stops lets those go who wait.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startApi } from '@assay/api';
import { type Delivery, DeliveryList, EventList, WebhookWithSecret } from '@assay/contracts';
import { createLog, loadConfig } from '@assay/pipeline';
import { Webhook as Verifier } from 'standardwebhooks';
import { apiChecker, type ApiChecker } from '../../apps/api/testing/api-checker';
import { startTestApi, type TestApi } from '../support/api';
import { plainHeaders, type Receiver, startReceiver } from '../support/receiver';

/** A worker starts and loads models here, on machines that may be busy. */
jest.setTimeout(180_000);

const settings = { ASSAY_WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8', ASSAY_INFERENCE_THREADS: '1' };
const json = { 'content-type': 'application/json' };
const absent = { webhook: `wh_${'0'.repeat(24)}`, delivery: `${'0'.repeat(13)}-test_${'0'.repeat(32)}` };
let api: TestApi;
let replica: Awaited<ReturnType<typeof startApi>>;
let receiver: Receiver;
let description: ApiChecker;

beforeAll(async () => {
  api = await startTestApi(settings);
  const env = { ...settings, ASSAY_DATA_DIR: api.dataDir, ASSAY_PORT: '0', REDIS_URL: api.redisPath };
  replica = await startApi(loadConfig(env), createLog({ level: 'silent', service: 'api' }));
  receiver = await startReceiver();
  description = await apiChecker(api.url);
});
afterAll(async () => {
  await receiver?.close();
  await replica?.close();
  await api?.close();
});

const post = (path: string, body?: unknown): Promise<Response> =>
  api.ask(path, { method: 'POST', ...(body === undefined ? {} : { headers: json, body: JSON.stringify(body) }) });
const askReplica = (path: string): Promise<Response> =>
  fetch(replica.url + path, { headers: { 'x-api-key': api.key } });
async function checked<T>(method: string, path: string, template: string, answer: Promise<Response>): Promise<T> {
  const response = await answer;
  await description.check(method, template, response.clone());
  return (await response.json()) as T;
}
async function make(fields: object = {}): Promise<WebhookWithSecret> {
  const made = post('/v1/webhooks', { url: receiver.url, ...fields });
  return WebhookWithSecret.parse(await checked('POST', '', '/v1/webhooks', made));
}
async function submit(content: string): Promise<string> {
  const { id: media } = await api.client.uploadMedia(new Blob([content]));
  return (await api.client.createScan({ media })).id;
}
const feed = async (query: string): Promise<EventList> =>
  EventList.parse(await checked('GET', query, '/v1/events', askReplica(`/v1/events?${query}`)));

describe('before anything is scanned', () => {
  it.each([
    ['a URL that is none', 'POST', '/v1/webhooks', { url: 'hook' }, 422, 'url-not-allowed'],
    ['the address of a cloud', 'POST', '/v1/webhooks', { url: 'http://169.254.169.254/' }, 422, 'url-not-allowed'],
    ['http to the internet', 'POST', '/v1/webhooks', { url: 'http://93.184.215.14/' }, 422, 'url-not-allowed'],
    ['no URL', 'POST', '/v1/webhooks', {}, 400, 'invalid-request'],
    ['unknown events', 'POST', '/v1/webhooks', { url: 'https://x.example', events: ['x'] }, 400, 'invalid-request'],
    ['unknown fields', 'POST', '/v1/webhooks', { url: 'https://x.example', secret: 'x' }, 400, 'invalid-request'],
    ['a bad id', 'GET', '/v1/webhooks/x', undefined, 400, 'invalid-request'],
    ['an unknown one', 'GET', `/v1/webhooks/${absent.webhook}`, undefined, 404, 'webhook-not-found'],
    ['a change of it', 'PATCH', `/v1/webhooks/${absent.webhook}`, {}, 404, 'webhook-not-found'],
    ['its end', 'DELETE', `/v1/webhooks/${absent.webhook}`, undefined, 404, 'webhook-not-found'],
    ['its log', 'GET', `/v1/webhooks/${absent.webhook}/deliveries`, undefined, 404, 'webhook-not-found'],
    ['a test of it', 'POST', `/v1/webhooks/${absent.webhook}/test`, undefined, 404, 'webhook-not-found'],
    [
      'a long overlap',
      'POST',
      `/v1/webhooks/${absent.webhook}/rotate-secret`,
      { overlapSeconds: 1e9 },
      400,
      'invalid-request',
    ],
    ['a bad cursor', 'GET', '/v1/events?after=x', undefined, 400, 'invalid-request'],
    ['a long wait', 'GET', '/v1/events?wait=3600', undefined, 400, 'invalid-request'],
    ['a long wait for a scan', 'GET', `/v1/scans/sc_${'0'.repeat(32)}?wait=31`, undefined, 400, 'invalid-request'],
    ['a wait for no scan', 'GET', `/v1/scans/sc_${'0'.repeat(32)}?wait=30`, undefined, 404, 'scan-not-found'],
  ])('refuses %s', async (_what, method, path, body, status, code) => {
    const init = body === undefined ? {} : { headers: json, body: JSON.stringify(body) };
    const response = await api.ask(path, { method, ...init });
    expect([response.status, await response.json()]).toEqual([
      status,
      expect.objectContaining({ type: `urn:problem-type:assay:${code}`, status }),
    ]);
  });

  it('refuses a change that is not labelled as JSON, and unknown deliveries', async () => {
    const { id } = await make();
    const response = await api.ask(`/v1/webhooks/${id}`, { method: 'PATCH', body: '{"enabled":false}' });
    expect(response.status).toBe(415);
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/replay'],
    ]) {
      const answer = await api.ask(`/v1/webhooks/${id}/deliveries/${absent.delivery}${path}`, { method });
      expect([answer.status, (await answer.json()).type]).toEqual([404, 'urn:problem-type:assay:delivery-not-found']);
    }
    expect((await api.ask(`/v1/webhooks/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await api.stored()).toEqual([]);
  });

  it('shows a secret once', async () => {
    const { secret, ...made } = await make({ events: ['scan.cancelled'] });
    expect(secret).toMatch(/^whsec_/);
    const path = `/v1/webhooks/${made.id}`;
    expect(await checked('GET', path, '/v1/webhooks/{webhook}', api.ask(path))).toEqual(made);
    expect(await checked('GET', path, '/v1/webhooks', api.ask('/v1/webhooks'))).toEqual({ webhooks: [made] });
    const rotated = await checked<WebhookWithSecret>(
      'POST',
      path,
      '/v1/webhooks/{webhook}/rotate-secret',
      post(`${path}/rotate-secret`, { overlapSeconds: 0 }),
    );
    expect(rotated.secret).not.toBe(secret);
    const disabled = api.ask(path, { method: 'PATCH', headers: json, body: '{"enabled":false}' });
    expect(await checked('PATCH', path, '/v1/webhooks/{webhook}', disabled)).toMatchObject({ enabled: false });
    const test = await post(`${path}/test`);
    expect([test.status, (await test.json()).type]).toEqual([409, 'urn:problem-type:assay:webhook-disabled']);
    await api.ask(path, { method: 'DELETE' });
  });

  it('lets go of who waits for nothing in time', async () => {
    const { next } = await feed('limit=100');
    const started = Date.now();
    expect(await feed(`after=${next}&wait=1`)).toEqual({ events: [], next });
    expect(Date.now() - started).toBeGreaterThanOrEqual(950);
    const scan = await submit('nobody works on it');
    const waited = await api.ask(`/v1/scans/${scan}?wait=1`);
    expect(await waited.json()).toMatchObject({ id: scan, state: 'queued' });
    await api.client.cancelScan(scan);
  });
});

it('tells a receiver, the feed and who waits of a verdict', async () => {
  const { id, secret } = await make();
  const path = `/v1/webhooks/${id}`;
  const scan = await submit('not a video');
  const { next } = await feed('limit=100');
  const waiting = [feed(`after=${next}&wait=30`), api.ask(`/v1/scans/${scan}?wait=30`).then((answer) => answer.json())];
  await api.startWorker();
  const [news, state] = await Promise.all(waiting);
  // A busy machine may take longer than a poll to start the worker.
  const { events } = news.events.length > 0 ? news : await feed(`after=${next}&wait=30`);
  expect(events).toMatchObject([{ type: 'verdict.published', data: { scan, verdict: 'rejected' } }]);
  if (state.state !== 'done') await api.client.waitForVerdict(scan);

  const [message] = await receiver.until(1);
  expect(new Verifier(secret ?? '').verify(message!.body, plainHeaders(message!))).toEqual(events[0]);
  expect(message!.headers).toMatchObject({ 'webhook-id': `${scan}-verdict-published`, 'user-agent': 'assay' });

  const log = async (): Promise<Delivery[]> => {
    const list = await checked('GET', path, '/v1/webhooks/{webhook}/deliveries', api.ask(`${path}/deliveries`));
    return DeliveryList.parse(list).deliveries;
  };
  while ((await log())[0]?.state !== 'delivered') await sleep(50);
  const [delivery] = await log();
  expect(delivery).toMatchObject({ eventId: `${scan}-verdict-published`, tries: 1, attempts: [{ status: 204 }] });
  const one = `${path}/deliveries/${delivery!.id}`;
  expect(await checked('GET', one, '/v1/webhooks/{webhook}/deliveries/{delivery}', api.ask(one))).toEqual(delivery);

  const replay = '/v1/webhooks/{webhook}/deliveries/{delivery}/replay';
  await checked('POST', one, replay, post(`${one}/replay`));
  await checked('POST', path, '/v1/webhooks/{webhook}/test', post(`${path}/test`));
  const messages = await receiver.until(3);
  const types = messages.map(({ body }) => (JSON.parse(body) as { type: string }).type);
  expect(types.sort()).toEqual(['verdict.published', 'verdict.published', 'webhook.test']);
  for (const received of messages) new Verifier(secret ?? '').verify(received.body, plainHeaders(received));

  const metrics = await (await api.ask('/metrics')).text();
  expect(metrics).toMatch(/^assay_webhook_oldest_undelivered_seconds \d/m);
});

it('a service that stops answers those who wait', async () => {
  const { next } = await feed('limit=100');
  const started = Date.now();
  const waiting = feed(`after=${next}&wait=30`);
  // Answered behind it: by then the replica has it, and does not take its connection for an idle one.
  await feed('limit=1');
  await replica.close();
  expect(await waiting).toEqual({ events: [], next });
  // Not as long as it was ready to wait.
  expect(Date.now() - started).toBeLessThan(30_000);
});
