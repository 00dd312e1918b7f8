/**
 * People who log in with an identity provider, over real HTTP and with real keys. What holds:
 * - an access token opens what the roles of its person open, route by route as the table says, for the tenant that it names;
 * - a token that was made for somebody else, by somebody else, too early, too late, or without a signature opens nothing;
 * - the provider may change its keys; while it does not answer, tokens are told so and API keys work;
 * - the audit log names the person, and limits count him.
 */
import { createSecretKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AssayClient } from '@assay/client';
import { type AuditEntry, Problem, Role } from '@assay/contracts';
import { loadConfig } from '@assay/pipeline';
import { exportSPKI, generateKeyPair, importJWK, type JWTPayload } from 'jose';
import { permissionRoles, routePermissions } from '../../apps/api/src/auth/permissions';
import { startTestApi, type TestApi } from '../support/api';
import { startIssuer, type TestIssuer } from '../support/oidc-issuer';

let issuer: TestIssuer;
let api: TestApi;
const settingsFor = ({ url }: TestIssuer): Record<string, string> => ({
  ASSAY_OIDC_ISSUER: url,
  ASSAY_OIDC_AUDIENCE: 'assay,assay-api',
  ASSAY_OIDC_ROLES_CLAIM: 'realm_access.roles',
  ASSAY_OIDC_ROLES: Role.options.map((role) => `assay-${role}=${role}`).join(','),
  ASSAY_OIDC_TENANT_CLAIM: 'https://assay.example/tenant',
});
beforeAll(async () => {
  issuer = await startIssuer();
  api = await startTestApi({ ...settingsFor(issuer), ASSAY_RATE_PER_MINUTE: '100000' });
});
afterAll(async () => {
  await api?.close();
  await issuer?.close();
});

const person = (roles: string[], more: JWTPayload = {}): JWTPayload => ({
  sub: 'f:7d3c:anna',
  realm_access: { roles },
  'https://assay.example/tenant': 'acme',
  ...more,
});
const ask = (token: string, path: string, init: RequestInit = {}, to = api) =>
  fetch(to.url + path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
const refusalOf = async (answer: Response): Promise<unknown[]> => [
  answer.status,
  Problem.parse(await answer.json())
    .type.split(':')
    .at(-1),
];
const now = () => Math.floor(Date.now() / 1000);

it('lets people do what their roles say', async () => {
  const token = await issuer.token(person(['assay-submitter', 'offline_access']));
  const client = new AssayClient({ baseUrl: api.url, apiKey: () => token });
  const media = await client.uploadMedia(new Blob(['by a person']));
  expect(media.tenant).toBe('acme');
  const piecewise = await client.uploadResumable(new TextEncoder().encode('by a person, in pieces'), { name: 'a' });
  expect((await client.getMedia(piecewise.media)).tenant).toBe('acme');
  expect((await client.createScan({ media: media.id })).tenant).toBe('acme');
  expect(await refusalOf(await ask(token, '/v1/webhooks'))).toEqual([403, 'forbidden']);
  // Another tenant's is not there.
  const elsewhere = await issuer.token(person(['assay-viewer'], { 'https://assay.example/tenant': 'zeta' }));
  expect((await ask(elsewhere, `/v1/media/${media.id}`)).status).toBe(404);
});

it.each(Role.options)('opens for %s what the table says, route by route', async (role) => {
  const token = await issuer.token(person([`assay-${role}`]));
  for (const [route, permission] of Object.entries(routePermissions)) {
    const [method = '', template = ''] = route.split(' ');
    // What is refused for its id or its body is behind the question who asks.
    const path = template.replace(/:[a-z]+/g, 'x');
    const { status } = await ask(token, path, { method, headers: { 'tus-resumable': '1.0.0' } });
    const may = permissionRoles[permission].includes(role);
    expect([route, may ? [401, 403].includes(status) : status]).toEqual([route, may ? false : 403]);
  }
});

it('takes several roles together, and each audience that is named', async () => {
  const both = await issuer.token(person(['assay-viewer', 'assay-auditor'], { aud: ['account', 'assay-api'] }));
  expect((await ask(both, '/v1/audit')).status).toBe(200);
  expect((await ask(both, '/v1/scans')).status).toBe(200);
  // Without a type in the header, as most providers have it.
  const untyped = await issuer.token(person(['assay-viewer']), { typ: undefined });
  expect((await ask(untyped, '/v1/scans')).status).toBe(200);
});

it('gives nothing for roles that nobody mapped, and nothing without a tenant', async () => {
  const unmapped = await issuer.token(person(['operator', 'admin', '__proto__']));
  expect(await refusalOf(await ask(unmapped, '/v1/scans'))).toEqual([403, 'forbidden']);
  for (const tenant of [undefined, 7, '', 'No Tenant', ['acme']]) {
    const token = await issuer.token(person(['assay-admin'], { 'https://assay.example/tenant': tenant }));
    expect([tenant, await refusalOf(await ask(token, '/v1/scans'))]).toEqual([tenant, [403, 'no-tenant']]);
  }
});

describe('refuses', () => {
  const admin = (more: JWTPayload = {}) => person(['assay-admin', 'assay-operator'], more);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  const forged: [string, () => Promise<string>][] = [
    ['a token for somebody else', () => issuer.token(admin({ aud: 'another-service' }))],
    ['a token for nobody', () => issuer.token(admin({ aud: undefined }))],
    ['a token of somebody else', () => issuer.token(admin({ iss: 'https://evil.example' }))],
    ['one with a slash more', () => issuer.token(admin({ iss: `${issuer.url}/` }))],
    ['an expired one', () => issuer.token(admin({ iat: now() - 900, exp: now() - 300 }))],
    ['one that never expires', () => issuer.token(admin({ exp: undefined }))],
    ['one that is not yet good', () => issuer.token(admin({ nbf: now() + 600 }))],
    ['one of nobody', () => issuer.token(admin({ sub: undefined }))],
    ['one of a person with line breaks', () => issuer.token(admin({ sub: 'a\nb' }))],
    ['a logout token', () => issuer.token(admin(), { typ: 'logout+jwt' })],
    ['an ID token', () => issuer.token(admin({ at_hash: 'x' }))],
    ['a refresh token', () => issuer.token(admin({ typ: 'Refresh' }))],
    ['one that another key signed', async () => issuer.token(admin(), {}, (await generateKeyPair('RS256')).privateKey)],
    [
      'one that names a key of nobody',
      async () => issuer.token(admin(), { kid: 'nobody' }, (await generateKeyPair('RS256')).privateKey),
    ],
    [
      'one without a signature (none)',
      async () => {
        const claims = { ...admin(), iss: issuer.url, aud: 'assay', iat: now(), exp: now() + 60 };
        return `${part({ alg: 'none' })}.${part(claims)}.`;
      },
    ],
    [
      'one that has the public key for a shared secret (HS256)',
      async () => {
        const key = (await importJWK(issuer.publicJwk(), 'RS256', { extractable: true })) as Parameters<
          typeof exportSPKI
        >[0];
        const secret = createSecretKey(Buffer.from(await exportSPKI(key)));
        return issuer.token(admin(), { alg: 'HS256' }, secret as never);
      },
    ],
    [
      'one whose claims were changed',
      async () => {
        const [head, body, signature] = (await issuer.token(person(['assay-viewer']))).split('.');
        const claims = JSON.parse(Buffer.from(body ?? '', 'base64url').toString()) as object;
        return [head, part({ ...claims, realm_access: { roles: ['assay-admin'] } }), signature].join('.');
      },
    ],
    ['what only looks like one', async () => 'a.b.c'],
  ];
  it.each(forged)('%s', async (_what, make) => {
    const answer = await ask(await make(), '/v1/scans');
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(await refusalOf(answer)).toEqual([401, 'invalid-token']);
  });

  it('all of them without asking the provider more than now and then', async () => {
    const before = issuer.keysAsked();
    const { privateKey } = await generateKeyPair('RS256');
    const tokens = await Promise.all(
      Array.from({ length: 30 }, (_, n) => issuer.token(admin(), { kid: `invented-${n}` }, privateKey)),
    );
    for (const token of tokens) expect((await ask(token, '/v1/scans')).status).toBe(401);
    expect(issuer.keysAsked() - before).toBeLessThanOrEqual(2);
  });
});

it('follows the provider to new keys, and away from old ones', async () => {
  const old = await issuer.token(person(['assay-viewer']));
  expect((await ask(old, '/v1/scans')).status).toBe(200);
  for (const alg of ['ES256', 'EdDSA', 'PS256']) {
    await issuer.rotate(alg);
    const fresh = await issuer.token(person(['assay-viewer']));
    // Within the pause between two questions to the provider.
    for (const giveUpAt = Date.now() + 20_000; Date.now() < giveUpAt; await sleep(250))
      if ((await ask(fresh, '/v1/scans')).status === 200) break;
    expect([alg, (await ask(fresh, '/v1/scans')).status]).toEqual([alg, 200]);
  }
  expect(await refusalOf(await ask(old, '/v1/scans'))).toEqual([401, 'invalid-token']);
});

it('names people in the audit log, and counts them', async () => {
  const sub = 'auth0|5f7c8ec7c33c6c004bbafe82';
  const token = await issuer.token(person(['assay-admin'], { sub, 'https://assay.example/tenant': 'audited' }));
  const made = await ask(token, '/v1/keys', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'by a person', roles: ['viewer'] }),
  });
  expect(made.headers.get('ratelimit')).toMatch(/^"key";r=\d+/);
  expect(await made.json()).toMatchObject({ tenant: 'audited', createdBy: `oidc:${sub}` });
  expect((await ask(token, '/v1/dead-letters')).status).toBe(403);
  const entries = async () =>
    ((await (await ask(token, '/v1/audit?limit=100')).json()) as { entries: AuditEntry[] }).entries;
  // Written beside the answer.
  for (let round = 0; (await entries()).length < 2 && round < 100; round += 1) await sleep(50);
  expect((await entries()).map(({ actor, action, outcome }) => [actor, action, outcome]).sort()).toEqual([
    [`oidc:${sub}`, 'GET /v1/dead-letters', 'denied'],
    [`oidc:${sub}`, 'POST /v1/keys', 'done'],
  ]);
});

it('tells people so while the provider does not answer, and lets keys in', async () => {
  const other = await startIssuer();
  const shaky = await startTestApi(settingsFor(other));
  try {
    const token = await other.token(person(['assay-viewer']));
    other.fail(true);
    const refused = await ask(token, '/v1/scans', {}, shaky);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refusalOf(refused)).toEqual([503, 'unavailable']);
    expect((await shaky.ask('/v1/scans')).status).toBe(200);
    // One that says it is another is none.
    other.fail(false);
    other.claimToBe('https://evil.example');
    await sleep(5_100);
    expect((await ask(token, '/v1/scans', {}, shaky)).status).toBe(503);
    other.claimToBe(null);
    await sleep(5_100);
    expect((await ask(token, '/v1/scans', {}, shaky)).status).toBe(200);
  } finally {
    await shaky.close();
    await other.close();
  }
});

it('takes no tokens where no provider is configured', async () => {
  const plain = await startTestApi();
  try {
    const answer = await ask(await issuer.token(person(['assay-admin'])), '/v1/scans', {}, plain);
    expect(await refusalOf(answer)).toEqual([401, 'unauthorized']);
  } finally {
    await plain.close();
  }
});

it.each([
  ['no audience', { ASSAY_OIDC_AUDIENCE: '' }, 'ASSAY_OIDC_AUDIENCE'],
  ['no roles', { ASSAY_OIDC_ROLES: '' }, 'ASSAY_OIDC_ROLES'],
  ['roles that are none', { ASSAY_OIDC_ROLES: 'a=king' }, 'ASSAY_OIDC_ROLES'],
  ['no tenant', { ASSAY_OIDC_TENANT_CLAIM: '' }, 'ASSAY_OIDC_TENANT'],
  ['two ways to a tenant', { ASSAY_OIDC_TENANT: 'acme' }, 'ASSAY_OIDC_TENANT'],
  ['a provider without https', { ASSAY_OIDC_ISSUER: 'http://login.example/' }, 'ASSAY_OIDC_ISSUER'],
  ['no provider', { ASSAY_OIDC_ISSUER: '' }, 'ASSAY_OIDC_ISSUER'],
])('does not start with %s', (_what, settings, name) => {
  expect(() => loadConfig({ ...settingsFor({ url: 'https://login.example/' } as TestIssuer), ...settings })).toThrow(
    name,
  );
});
