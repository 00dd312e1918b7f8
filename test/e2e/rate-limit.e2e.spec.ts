/**
 * A key, or a tenant with all of its keys together, that has used up its minute gets 429 with the standard headers; others, and health, do
 * not notice.
 */
import { startTestApi, type TestApi } from '../support/api';

const perMinute = 20;
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ ASSAY_RATE_PER_MINUTE: String(perMinute) });
});
afterAll(() => api.close());

it('limits each key for itself', async () => {
  const made = await api.ask('/v1/keys', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'busy', roles: ['viewer'] }),
  });
  const { key } = (await made.json()) as { key: string };
  const ask = () => fetch(`${api.url}/v1/scans`, { headers: { 'x-api-key': key } });
  const first = await ask();
  expect(first.headers.get('ratelimit-policy')).toBe(`"key";q=${perMinute};w=60`);
  expect(first.headers.get('ratelimit')).toMatch(new RegExp(`^"key";r=${perMinute - 1};t=\\d+$`));
  const answers = await Promise.all(Array.from({ length: 3 * perMinute }, ask));
  const refused = answers.filter(({ status }) => status === 429);
  // A window may end meanwhile, once.
  expect(refused.length).toBeGreaterThanOrEqual(perMinute);
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused[0]?.json()).toMatchObject({ type: 'urn:problem-type:assay:too-many-requests', status: 429 });
  expect((await api.ask('/v1/scans')).status).toBe(200);
  expect((await fetch(`${api.url}/v1/health/live`)).status).toBe(200);
});

it('counts what a key may not do like all else', async () => {
  const made = await api.ask('/v1/keys', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'curious', roles: ['viewer'] }),
  });
  const { key } = (await made.json()) as { key: string };
  const ask = () => fetch(`${api.url}/v1/webhooks`, { headers: { 'x-api-key': key } });
  const first = await ask();
  expect([first.status, first.headers.get('ratelimit')]).toEqual([403, expect.stringMatching(/^"key";r=\d+;t=\d+$/)]);
  const answers = await Promise.all(Array.from({ length: 3 * perMinute }, ask));
  expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(perMinute);
});

it('limits a tenant over all of its keys', async () => {
  const tenantPerMinute = 30;
  const limited = await startTestApi({ ASSAY_TENANT_RATE_PER_MINUTE: String(tenantPerMinute) });
  try {
    const newKey = async (tenant: string): Promise<string> => {
      const made = await limited.ask('/v1/keys', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'busy', roles: ['viewer'], tenant }),
      });
      return ((await made.json()) as { key: string }).key;
    };
    const keys = [await newKey('busy'), await newKey('busy'), await newKey('busy')];
    const calm = await newKey('calm');
    const ask = (key: string) => fetch(`${limited.url}/v1/scans`, { headers: { 'x-api-key': key } });
    const first = await ask(keys[0] ?? '');
    expect(first.headers.get('ratelimit-policy')).toBe(`"tenant";q=${tenantPerMinute};w=60`);
    expect(first.headers.get('ratelimit')).toMatch(new RegExp(`^"tenant";r=${tenantPerMinute - 1};t=\\d+$`));
    const answers = await Promise.all(Array.from({ length: 3 * tenantPerMinute }, (_, n) => ask(keys[n % 3] ?? '')));
    const refused = answers.filter(({ status }) => status === 429);
    // A window may end meanwhile, once. No key alone has asked more often than the tenant may.
    expect(refused.length).toBeGreaterThanOrEqual(tenantPerMinute);
    expect(await refused[0]?.json()).toMatchObject({ detail: expect.stringContaining('The tenant has none left') });
    expect((await ask(calm)).status).toBe(200);
  } finally {
    await limited.close();
  }
});
