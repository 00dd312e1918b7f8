/**
 * Many scans in one request. What holds:
 * - each item ends as it would alone: the same scan, or the same problem document, in the order in which they were sent;
 * - a body that does not fit does nothing at all, and none is read that is larger than it may be;
 * - items count as requests of the minute, and as scans of the quota; one that has no room ends no other;
 * - with an `Idempotency-Key` it is answered once, unless something of it may go better another time.
 */
import { randomUUID } from 'node:crypto';
import { AssayClient } from '@assay/client';
import { ApiKeyWithSecret, maxBatchItems, Problem, ScanBatch } from '@assay/contracts';
import { startTestApi, type TestApi } from '../support/api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

const json = { 'content-type': 'application/json' };
const post = (to: TestApi, key: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(to.url + path, {
    method: 'POST',
    headers: { ...json, 'x-api-key': key, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
async function newKey(to: TestApi, tenant: string): Promise<string> {
  const made = await post(to, to.key, '/v1/keys', { name: 'test', roles: ['admin'], tenant });
  return ApiKeyWithSecret.parse(await made.json()).key ?? '';
}
const mediaOf = async (to: TestApi, key: string): Promise<string> =>
  (await new AssayClient({ baseUrl: to.url, apiKey: key }).uploadMedia(new Blob([randomUUID()]))).id;
const typeOf = (problem: Problem | null) => problem?.type.split(':').at(-1);

it('tells of each item what it would have been told alone, in order', async () => {
  const [first, second] = [await mediaOf(api, api.key), await mediaOf(api, api.key)];
  const before = await api.client.createScan({ media: first });
  const nobody = 'f'.repeat(64);
  const items = [
    { media: nobody },
    { media: second, priority: 'live' as const },
    { media: first, policy: 'none-such' },
    { media: first, policy: 'default' },
    { media: second },
  ];
  const batch = await api.client.createScans({ defaults: { priority: 'backfill' }, items });
  expect(batch.results.map(({ media }) => media)).toEqual(items.map(({ media }) => media));
  expect(batch.results.map(({ status, problem }) => [status, typeOf(problem)])).toEqual([
    [422, 'unknown-media'],
    [expect.any(Number), undefined],
    [422, 'unknown-policy'],
    [200, undefined],
    [expect.any(Number), undefined],
  ]);
  // The same media twice, worked on at the same time: either may come first, and that one alone makes the scan.
  expect([batch.results[1]?.status, batch.results[4]?.status].sort()).toEqual([200, 202]);
  expect(batch).toMatchObject({ accepted: 3, refused: 2 });
  expect(batch.results[3]?.scan?.id).toBe(before.id);
  expect(batch.results[4]?.scan?.id).toBe(batch.results[1]?.scan?.id);
  expect(await api.client.getScan(batch.results[1]?.scan?.id ?? '')).toMatchObject({ priority: 'live' });
  // The very documents of the single route, but for the request that they are about.
  for (const at of [0, 2]) {
    const alone = Problem.parse(await (await post(api, api.key, '/v1/scans', items[at])).json());
    expect(batch.results[at]?.problem).toEqual({ ...alone, instance: undefined });
  }
});

it('does nothing where the body does not fit', async () => {
  const media = await mediaOf(api, api.key);
  const before = await api.stored();
  const many = Array.from({ length: maxBatchItems + 1 }, () => ({ media }));
  for (const [body, status] of [
    [{ items: [{ media }, { media: 'x' }] }, 400],
    [{ items: [{ media, callback: 7 }] }, 400],
    [{ items: [] }, 400],
    [{ items: many }, 400],
    [{ defaults: { media }, items: [{ media }] }, 400],
    [{}, 400],
    ['[', 400],
    [`{"items": [${' '.repeat(300_000)}]}`, 413],
  ] as const)
    expect([body, (await post(api, api.key, '/v1/scans/batch', body)).status]).toEqual([body, status]);
  const wrong = await post(api, api.key, '/v1/scans/batch', { items: [{ media }, { media: 'x' }] });
  expect(Problem.parse(await wrong.json()).errors?.map(({ path }) => path)).toEqual(['items.1.media']);
  expect(await api.stored()).toEqual(before);
});

it('takes a batch of the largest size', async () => {
  const media = await mediaOf(api, api.key);
  const { accepted } = await api.client.createScans({
    items: Array.from({ length: maxBatchItems }, () => ({ media })),
  });
  expect(accepted).toBe(maxBatchItems);
});

it('asks the quota for each item, and keeps no answer that may become better', async () => {
  const key = await newKey(api, 'spent');
  const quota = { period: 'month', bytes: null, items: null, minutes: 0 };
  const put = (limits: object) =>
    api.ask('/v1/tenants/spent/quota', { method: 'PUT', headers: json, body: JSON.stringify(limits) });
  const media = await mediaOf(api, key);
  await put(quota);
  const again = { 'idempotency-key': randomUUID() };
  const ask = async () => {
    const answer = await post(api, key, '/v1/scans/batch', { items: [{ media }] }, again);
    return { batch: ScanBatch.parse(await answer.json()), replayed: answer.headers.get('idempotent-replayed') };
  };
  const { batch } = await ask();
  expect([batch.results[0]?.status, typeOf(batch.results[0]?.problem ?? null)]).toEqual([429, 'quota-exceeded']);
  expect(batch.results[0]?.problem?.quota?.lacking).toBe('minutes');
  expect(batch.results[0]?.retryAfterSeconds).toBeGreaterThan(0);
  await put({ ...quota, minutes: 100 });
  const second = await ask();
  expect([second.batch.results[0]?.status, second.replayed]).toEqual([202, null]);
  const third = await ask();
  expect([third.batch.results[0]?.status, third.replayed]).toEqual([202, 'true']);
  expect((await post(api, key, '/v1/scans/batch', { items: [{ media }, { media }] }, again)).status).toBe(422);
});

it('counts each item as a request of the minute', async () => {
  const perMinute = 20;
  const limited = await startTestApi({ ASSAY_RATE_PER_MINUTE: String(perMinute) });
  try {
    const media = await mediaOf(limited, limited.key);
    const key = await newKey(limited, 'default');
    const answer = await post(limited, key, '/v1/scans/batch', {
      items: Array.from({ length: 3 * perMinute }, () => ({ media })),
    });
    const { results, refused } = ScanBatch.parse(await answer.json());
    // A window may end meanwhile, once.
    expect(refused).toBeGreaterThanOrEqual(perMinute);
    expect(results[0]?.scan).not.toBeNull();
    const turnedAway = results.find(({ scan }) => scan === null);
    expect([turnedAway?.status, typeOf(turnedAway?.problem ?? null)]).toEqual([429, 'too-many-requests']);
    expect(turnedAway?.retryAfterSeconds).toBeGreaterThan(0);
  } finally {
    await limited.close();
  }
});

it('gives nobody scans of media that another tenant has', async () => {
  const key = await newKey(api, 'curious');
  const media = await mediaOf(api, api.key);
  const answer = await post(api, key, '/v1/scans/batch', { items: [{ media }] });
  const { results } = ScanBatch.parse(await answer.json());
  expect([results[0]?.status, typeOf(results[0]?.problem ?? null)]).toEqual([422, 'unknown-media']);
});
