/**
 * Every route x every role x own and another tenant's object. The service itself does not start with a route that the table
 * lacks (`assertTableComplete`), so that the table is all there is to walk.
 *
 * 1. A role without the permission of a route gets 403, whatever the object; nobody without a key gets anything.
 * 2. With it, own objects are found, and those of another tenant are 404.
 * 3. Nobody gives, rotates or revokes what he does not have; scopes narrow a key; what has ended opens nothing.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiKeyWithSecret, type AuditEntry, Role } from '@assay/contracts';
import { verifyAudit } from '@assay/pipeline';
import { createFolderStore } from '@assay/storage';
import { permissionRoles, routePermissions } from '../../apps/api/src/auth/permissions';
import { apiChecker } from '../../apps/api/testing/api-checker';
import { startTestApi, type TestApi } from '../support/api';
import { filesUnder } from '../support/files-under';

/** Bounds a hang; how long it takes is the machine's. */
jest.setTimeout(240_000);

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const ask = (key: string, path: string, init: RequestInit = {}) =>
  fetch(api.url + path, { ...init, headers: { ...init.headers, 'x-api-key': key } });
const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
async function newKey(by: string, wanted: object): Promise<ApiKeyWithSecret> {
  const answer = await ask(by, '/v1/keys', json({ name: 'test', ...wanted }));
  if (answer.status !== 201) throw new Error(`key: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as ApiKeyWithSecret;
}
const keyOf = async (tenant: string, ...roles: Role[]) => (await newKey(api.key, { tenant, roles })).key ?? '';

const row = { signal_type: 'pdq', signal_str: 'f0'.repeat(32) };
const hashList = { name: 'Test', label: 'confirmed_manipulated', rows: [row] };

/** One of everything, by the name of its parameter. */
async function objectsOf(key: string): Promise<Record<string, string>> {
  const id = async (answer: Response) => ((await answer.json()) as { id: string }).id;
  const octets = { method: 'POST', headers: { 'content-type': 'application/octet-stream' } };
  const media = await id(await ask(key, '/v1/media', { ...octets, body: randomUUID() }));
  const tus = { 'tus-resumable': '1.0.0', 'upload-length': '5' };
  const upload = await ask(key, '/v1/uploads', { method: 'POST', headers: tus });
  const webhook = await id(await ask(key, '/v1/webhooks', json({ url: 'https://93.184.216.34/' })));
  const delivery = await id(await ask(key, `/v1/webhooks/${webhook}/test`, { method: 'POST' }));
  return {
    media,
    scan: await id(await ask(key, '/v1/scans', json({ media }))),
    upload: String(upload.headers.get('location')).split('/').pop() ?? '',
    webhook,
    delivery,
    key: (await newKey(key, { roles: ['viewer'] })).id,
    erasure: await id(await ask(key, '/v1/erasures', json({ target: { kind: 'media', media: 'a'.repeat(64) } }))),
    hold: await id(await ask(key, '/v1/holds', json({ target: { kind: 'media', media }, reason: 'Case 1' }))),
    list: await id(await ask(key, '/v1/known-lists', json(hashList))),
    revision: '1',
    name: 'timeline.svg',
    letter: 'plan.none',
    rescan: `rs_${'0'.repeat(16)}`,
    tenant: 'acme',
    callback: `cb_${'0'.repeat(24)}`,
  };
}

async function statusOf(key: string | null, route: string, objects: Record<string, string>): Promise<number> {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace(/:([a-z]+)/g, (_all, name: string) => objects[name] ?? '');
  const headers: Record<string, string> = { 'tus-resumable': '1.0.0', ...(key === null ? {} : { 'x-api-key': key }) };
  // What is refused for its body is behind the question who asks.
  const gone = new AbortController();
  const answer = await fetch(api.url + path, { method, headers, signal: gone.signal });
  gone.abort();
  return answer.status;
}

const routes = Object.keys(routePermissions);
/** 404 for own objects too: nothing in this test has a verdict, evidence or a dead letter, was scanned again, or is in shadow. */
const neverThere = /verdict|evidence|dead-letters\/:letter|rescans\/:rescan|models\/comparison/;
const isDestructive = (route: string) => /^DELETE|cancel|rotate|PATCH/.test(route);
const roles = Role.options;

it('is what the description says: no route without its line', async () => {
  const described = (await apiChecker(api.url)).routes().filter(({ open }) => !open);
  const lines = routes.map((route) => route.replace(/:[a-z]+/g, '0'));
  for (const { method, path } of described) expect(lines).toContain(`${method} ${path}`);
  for (const route of routes) expect([route, await statusOf(null, route, {})]).toEqual([route, 401]);
});

it.each(roles)(
  'lets %s do what the table says and nothing else, with own objects and those of others',
  async (role) => {
    const tenant = `t-${role}`;
    const [key, owner] = [await keyOf(tenant, role), await keyOf(tenant, 'admin')];
    const [own, others] = [await objectsOf(owner), await objectsOf(api.key)];
    const inOrder = [...routes].sort((a, b) => Number(isDestructive(a)) - Number(isDestructive(b)));
    for (const route of inOrder) {
      const permission = routePermissions[route];
      const may = permission !== undefined && permissionRoles[permission].includes(role);
      const theirs = await statusOf(key, route, others);
      if (!may) {
        expect([route, theirs, await statusOf(key, route, own)]).toEqual([route, 403, 403]);
        continue;
      }
      // Operators have the keys of all tenants in their hands.
      if (role === 'operator' && route.includes(':key')) {
        expect([route, [200, 201, 400]]).toEqual([route, expect.arrayContaining([theirs])]);
        continue;
      }
      if (/:(media|scan|upload|webhook|key|erasure|hold|list)/.test(route) && !route.startsWith('OPTIONS')) {
        // A body that does not fit is told before anything is looked for.
        expect([route, theirs]).toEqual([route, /PATCH|POST .*decisions/.test(route) ? expect.any(Number) : 404]);
        expect([403, 401, 200, 201, 202, 204]).not.toContain(theirs);
      }
      if (isDestructive(route)) continue;
      const mine = await statusOf(key, route, own);
      expect([401, 403]).not.toContain(mine);
      if (route.startsWith('GET') && !neverThere.test(route)) expect([route, mine]).toEqual([route, 200]);
    }
    // What others have is as it was.
    const { deliveries } = (await (await ask(api.key, `/v1/webhooks/${others['webhook']}/deliveries`)).json()) as {
      deliveries: unknown[];
    };
    expect(deliveries).toHaveLength(1);
    for (const path of [
      `/v1/media/${others['media']}`,
      `/v1/scans/${others['scan']}`,
      `/v1/webhooks/${others['webhook']}`,
    ])
      expect([path, (await ask(api.key, path)).status]).toEqual([path, 200]);
  },
);

it('reads addresses as the router does', async () => {
  const viewer = await keyOf('acme', 'viewer');
  for (const path of ['/v1/webhooks/', '/V1/WebHooks', '/v1//webhooks', '/v1/webhooks%2f'])
    expect([path, [403, 404].includes((await ask(viewer, path)).status)]).toEqual([path, true]);
  const overridden = { method: 'POST', headers: { 'x-http-method-override': 'DELETE', 'tus-resumable': '1.0.0' } };
  expect((await ask(viewer, `/v1/uploads/${'0'.repeat(32)}`, overridden)).status).toBe(403);
});

it('gives nobody more than he has', async () => {
  const admin = await keyOf('acme', 'admin');
  const refused = [{ roles: ['operator'] }, { roles: ['admin', 'operator'] }, { roles: ['viewer'], tenant: 'zeta' }];
  for (const wanted of refused) expect((await ask(admin, '/v1/keys', json({ name: 'x', ...wanted }))).status).toBe(403);
  const narrow = await newKey(admin, { roles: ['admin'], scopes: ['keys:write', 'scans:read'] });
  expect((await ask(narrow.key ?? '', '/v1/scans')).status).toBe(200);
  expect((await ask(narrow.key ?? '', '/v1/webhooks')).status).toBe(403);
  expect((await ask(narrow.key ?? '', '/v1/keys', json({ name: 'x', roles: ['admin'] }))).status).toBe(403);
  // The operator of the same tenant is not an admin's to replace or to take away.
  const operator = await newKey(api.key, { tenant: 'acme', roles: ['operator'] });
  expect((await ask(admin, `/v1/keys/${operator.id}/rotate`, json({}))).status).toBe(403);
  expect((await ask(admin, `/v1/keys/${operator.id}`, { method: 'DELETE' })).status).toBe(403);
});

it('shows a key once, keeps its hash alone, and ends it when told', async () => {
  const idempotency = { 'idempotency-key': randomUUID(), 'content-type': 'application/json' };
  const wanted = { method: 'POST', headers: idempotency, body: JSON.stringify({ name: 'once', roles: ['viewer'] }) };
  const made = (await (await ask(api.key, '/v1/keys', wanted)).json()) as ApiKeyWithSecret;
  expect(await (await ask(api.key, '/v1/keys', wanted)).json()).toEqual({ ...made, key: null });
  const key = made.key ?? '';
  expect(key.startsWith(made.prefix ?? '-')).toBe(true);
  const root = join(api.dataDir, 'store');
  for (const path of await filesUnder(root)) {
    if (!path.startsWith('.tmp/')) expect((await readFile(join(root, path))).includes(key)).toBe(false);
  }
  expect((await ask(key, '/v1/scans')).status).toBe(200);

  const rotate = async (id: string, overlapSeconds: number) =>
    (await (await ask(api.key, `/v1/keys/${id}/rotate`, json({ overlapSeconds }))).json()) as ApiKeyWithSecret;
  const second = await rotate(made.id, 60);
  expect([(await ask(key, '/v1/scans')).status, (await ask(second.key ?? '', '/v1/scans')).status]).toEqual([200, 200]);
  const third = await rotate(second.id, 0);
  expect([(await ask(second.key ?? '', '/v1/scans')).status, (await ask(third.key ?? '', '/v1/scans')).status]).toEqual(
    [401, 200],
  );
  expect(await (await ask(api.key, `/v1/keys/${third.id}`, { method: 'DELETE' })).json()).toMatchObject({
    state: 'revoked',
  });
  expect((await ask(third.key ?? '', '/v1/scans')).status).toBe(401);
  expect((await ask(api.key, `/v1/keys/${third.id}/rotate`, json({}))).status).toBe(409);
  const past = await newKey(api.key, { roles: ['viewer'], expiresAt: '2020-01-01T00:00:00.000Z' });
  expect((await ask(past.key ?? '', '/v1/scans')).status).toBe(401);
  expect(await (await ask(api.key, `/v1/keys/${made.id}`)).json()).toMatchObject({
    lastUsedAt: expect.any(String) as string,
  });
});

it('notes what was done and what was denied, in one chain', async () => {
  const [viewer, auditor] = [await keyOf('audited', 'viewer'), await keyOf('audited', 'auditor')];
  const denied = await ask(viewer, `/v1/media/${'0'.repeat(64)}`, { method: 'DELETE' });
  expect(denied.status).toBe(403);
  expect((await ask(auditor, '/v1/scans')).status).toBe(403);
  const store = createFolderStore({ root: join(api.dataDir, 'store') });
  const never = new AbortController().signal;
  const listed = async (key: string) =>
    ((await (await ask(key, '/v1/audit?limit=100')).json()) as { entries: AuditEntry[] }).entries;
  // Written beside the answer.
  for (let round = 0; (await listed(auditor)).length < 2 && round < 100; round += 1) await sleep(50);
  const own = await listed(auditor);
  expect(own).toHaveLength(2);
  expect(own.find(({ action }) => action === 'DELETE /v1/media/:media')).toMatchObject({
    tenant: 'audited',
    object: { media: '0'.repeat(64) },
    outcome: 'denied',
    status: 403,
    requestId: denied.headers.get('x-request-id'),
  });
  // Who runs the service sees all, by whom its keys were made too.
  const all = await listed(api.key);
  expect(all.some(({ action, outcome }) => action === 'POST /v1/keys' && outcome === 'done')).toBe(true);
  expect((await verifyAudit(store, null, never)).faults).toEqual([]);
  await store.close();
});
