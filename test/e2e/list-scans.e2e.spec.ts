/**
 * Searching the list of scans over HTTP, with a real store, queue and Redis, and verdicts of a mock worker. What holds:
 *
 * 1. Each filter has the scans that fit, together all of them have to; pages go on to the end, by the client as well.
 * 2. What cannot be is a problem that names the field; so is the cursor of another query.
 * 3. Another tenant is for who has what the permission table asks for; the others are refused.
 * 4. What is deleted is in no list any more, and a rebuilt index has all of them again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiKeyWithSecret, type AuditEntry, Problem, type Role, type ScanList } from '@assay/contracts';
import { Redis } from 'ioredis';
import { startTestApi, type TestApi } from '../support/api';
import { assay } from '../support/assay-cli';

/** A worker starts here, on machines that may be busy. */
jest.setTimeout(480_000);

const names = ['likely_manipulated', 'likely_authentic', 'inconclusive', 'rejected', 'scan_failed'] as const;
type Name = (typeof names)[number];

let api: TestApi;
const media = new Map<Name, string>();
const scans = new Map<Name, string>();
const createdAt = new Map<Name, string>();

beforeAll(async () => {
  api = await startTestApi({ ASSAY_MOCK: '1' });
  await api.startWorker();
  for (const name of names) {
    media.set(name, (await api.client.uploadMedia(new Blob([`assay-mock: ${name}`]))).id);
    const scan = await api.client.createScan({ media: media.get(name) ?? '' });
    scans.set(name, scan.id);
    createdAt.set(name, scan.createdAt);
  }
  await Promise.allSettled([...scans.values()].map((scan) => api.client.waitForVerdict(scan)));
});
afterAll(() => api?.close());

const nameOf = (id: string) => [...scans].find(([, scan]) => scan === id)?.[0];
const listed = async (query: string, key = api.key): Promise<(Name | undefined)[]> => {
  const answer = await fetch(`${api.url}/v1/scans?${query}`, { headers: { 'x-api-key': key } });
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as ScanList).scans.map(({ id }) => nameOf(id));
};
const refused = async (query: string, key = api.key): Promise<Problem> => {
  const answer = await fetch(`${api.url}/v1/scans?${query}`, { headers: { 'x-api-key': key } });
  return Problem.parse(await answer.json());
};
const keyOf = async (tenant: string, roles: Role[], scopes?: string[]): Promise<string> => {
  const body = JSON.stringify({ name: 'test', tenant, roles, scopes });
  const headers = { 'content-type': 'application/json' };
  return ((await (await api.ask('/v1/keys', { method: 'POST', headers, body })).json()) as ApiKeyWithSecret).key ?? '';
};

it('has what fits', async () => {
  const all = [...names].reverse();
  expect(await listed('')).toEqual(all);
  expect(await listed('verdict=likely_manipulated')).toEqual(['likely_manipulated']);
  expect(await listed('verdict=rejected')).toEqual(['rejected']);
  expect(await listed('state=failed')).toEqual(['scan_failed']);
  expect(await listed('state=done')).toEqual(all.slice(1));
  expect(await listed('minProbability=0.5')).toEqual(['inconclusive', 'likely_manipulated']);
  expect(await listed('minProbability=0&maxProbability=0.5')).toEqual(['inconclusive', 'likely_authentic']);
  expect(await listed(`media=${media.get('inconclusive')}`)).toEqual(['inconclusive']);
  expect(await listed(`media=${media.get('inconclusive')}&state=failed`)).toEqual([]);
  const [from, to] = [createdAt.get('likely_authentic') ?? '', createdAt.get('rejected') ?? ''];
  expect(await listed(`createdAfter=${from}&createdBefore=${to}`)).toEqual(['inconclusive', 'likely_authentic']);
  expect(await listed(`createdAfter=${from}&createdBefore=${to}&state=done&maxProbability=0.1`)).toEqual([
    'likely_authentic',
  ]);
  await api.client.decide(media.get('likely_manipulated') ?? '', { label: 'unsure', by: 'Ada' });
  // The decision's consequences are drawn by the worker.
  while ((await listed('label=unsure')).length === 0) await sleep(50);
  expect(await listed('label=unsure&verdict=likely_manipulated')).toEqual(['likely_manipulated']);
  expect(await listed('label=unsure&verdict=likely_authentic')).toEqual([]);
  await api.client.reverseDecision(media.get('likely_manipulated') ?? '', { by: 'Ada' });
  while ((await listed('label=unsure')).length > 0) await sleep(50);
  expect(await listed('verdict=likely_manipulated')).toEqual(['likely_manipulated']);
});

it('gives all pages to who asks on', async () => {
  const seen: (Name | undefined)[] = [];
  for await (const { id } of api.client.scans({ state: 'done', limit: 1 })) seen.push(nameOf(id));
  expect(seen).toEqual([...names].reverse().slice(1));
});

it.each([
  ['minProbability=0.6&maxProbability=0.5', 'maxProbability'],
  ['minProbability=1.1', 'minProbability'],
  ['maxProbability=', 'maxProbability'],
  ['minProbability=0.1&minProbability=0.2', 'minProbability'],
  ['createdAfter=2026-01-02T00:00:00Z&createdBefore=2026-01-02T00:00:00Z', 'createdBefore'],
  ['createdAfter=2026-01-02T00:00:00Z&createdBefore=2026-01-02T00:30:00%2B01:00', 'createdBefore'],
  ['createdAfter=2026-01-02T00:00:00', 'createdAfter'],
  ['createdAfter=2026-02-30T00:00:00Z', 'createdAfter'],
  ['createdBefore=9999-12-31T23:59:00-01:00', 'createdBefore'],
  ['state=rejected', 'state'],
  ['verdict=fake', 'verdict'],
  ['media=x', 'media'],
  ['tenant=ACME', 'tenant'],
])('refuses %s and names the field', async (query, path) => {
  expect(await refused(query)).toMatchObject({
    type: 'urn:problem-type:assay:invalid-request',
    status: 400,
    errors: [{ path, message: expect.any(String) as string }],
  });
});

it('refuses the cursor of another query', async () => {
  const { next } = await api.client.listScans({ state: 'done', limit: 1 });
  const wrong = { type: 'urn:problem-type:assay:invalid-request', status: 400, errors: [{ path: 'cursor' }] };
  for (const query of ['state=failed', 'verdict=rejected&state=done', ''])
    expect(await refused(`${query}&cursor=${next}`)).toMatchObject(wrong);
  expect(await listed(`state=done&limit=2&cursor=${next}`)).toEqual(['inconclusive', 'likely_authentic']);
});

it('shows another tenant to operators who may read scans, and to nobody else', async () => {
  const keys = {
    admin: await keyOf('acme', ['admin']),
    both: await keyOf('acme', ['viewer', 'operator']),
    operator: await keyOf('acme', ['operator']),
    narrow: await keyOf('acme', ['viewer', 'operator'], ['scans:read']),
  };
  expect(await listed('tenant=acme', keys.admin)).toEqual([]);
  expect(await listed('tenant=default&verdict=rejected', keys.both)).toEqual(['rejected']);
  expect(await listed('tenant=nobody', keys.both)).toEqual([]);
  const lacks = (permission: string) => ({
    type: 'urn:problem-type:assay:forbidden',
    status: 403,
    detail: expect.stringContaining(`"${permission}"`) as string,
  });
  expect(await refused('tenant=default', keys.admin)).toMatchObject(lacks('tenants:read'));
  expect(await refused('tenant=nobody', keys.narrow)).toMatchObject(lacks('tenants:read'));
  expect(await refused('tenant=default', keys.operator)).toMatchObject(lacks('scans:read'));
  // Noted beside the answer: who asked for whom.
  const denials = async () => {
    const { entries } = (await (await api.ask('/v1/audit?limit=100')).json()) as { entries: AuditEntry[] };
    return entries.filter(({ action, outcome }) => action === 'GET /v1/scans' && outcome === 'denied');
  };
  while ((await denials()).length < 3) await sleep(50);
  const objects = (await denials()).map(({ object }) => object);
  expect(objects).toEqual(expect.arrayContaining([{ tenant: 'default' }, { tenant: 'nobody' }]));
  // A cursor leads from one tenant's list into no other.
  const { next } = await api.client.listScans({ limit: 1 });
  expect(await refused(`tenant=default&cursor=${next}`, keys.admin)).toMatchObject({ status: 403 });
  expect(await refused(`cursor=${next}`, keys.admin)).toMatchObject({ errors: [{ path: 'cursor' }] });
});

it('forgets what is deleted, and has all again after a reindex', async () => {
  const file = media.get('rejected') ?? '';
  await api.client.deleteMedia(file);
  for (const query of ['verdict=rejected', 'state=done', `media=${file}`])
    expect(await listed(query)).not.toContain('rejected');
  const left = await listed('state=done');
  expect(left).toEqual(['inconclusive', 'likely_authentic', 'likely_manipulated']);
  const raw = new Redis(api.redisPath);
  expect(
    (await raw.keys('*')).filter((key) => key.includes(file) || key.includes(scans.get('rejected') ?? '')),
  ).toEqual([]);
  await raw.flushall();
  raw.disconnect();
  expect(await listed('state=done')).toEqual([]);
  const settings = { REDIS_URL: api.redisPath, ASSAY_DATA_DIR: api.dataDir, ASSAY_MOCK: '1' };
  expect(await assay(['reindex', '--json'], api.dataDir, settings)).toMatchObject({ code: 0 });
  expect(await listed('state=done')).toEqual(left);
  expect(await listed('verdict=likely_authentic&minProbability=0.01')).toEqual(['likely_authentic']);
  expect(await listed(`media=${media.get('inconclusive')}`)).toEqual(['inconclusive']);
});
