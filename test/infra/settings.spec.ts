/**
 * No setting is forgotten where the service is deployed:
 * - each has a value of the chart that leads to it, a variable of the compose file, or a reason to have none;
 * - what a worker reads, the compose file gives to the workers, from `.env` but for what the page says is fixed;
 * - what the values say is what the parts read, and a part is given no file that it has no use for;
 * - the schema of the values takes them all and no slip of the pen; `docs/settings.md` has every setting.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig, settingNames } from '@assay/pipeline';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { environment, root } from './dockerfile';
import { describeWithHelm, type Manifest, renderChart, renderTimeoutMs } from './render-chart';
import { faultsOf } from './check-manifests';
import { fixedInCompose, leftOut, ofApi } from './settings';

jest.setTimeout(renderTimeoutMs);

const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

/** Every value that leads to a setting, none of them the default. */
const everything = {
  secret: { s3AccessKeyId: 'id', s3SecretAccessKey: 'secret', adminKey: `assay_${'k'.repeat(43)}` },
  s3: { timeoutSeconds: 7, forcePathStyle: false },
  logLevel: 'warn',
  publicUrl: 'https://assay.example',
  limits: {
    maxBytes: 8589934592,
    maxDurationSeconds: 0.5,
    maxPixels: 1000,
    minSidePx: 10,
    maxStreams: 3,
    uploadExpiresSeconds: 60,
  },
  rates: { perKey: 0, perTenant: 600 },
  scanRates: { live: 120, standard: 60, backfill: 30 },
  quota: { period: 'day', bytes: 1099511627776, items: 0, minutes: 90 },
  retention: { mediaDays: 30, evidenceDays: 20, verdictDays: 365, indexDays: 7, eventsDays: 5 },
  knownMedia: 0,
  modelsMemoryMb: 2048,
  oidc: {
    issuer: 'https://login.example/realms/assay',
    audience: ['assay', 'other'],
    rolesClaim: 'groups',
    roles: { 'assay-admins': 'admin', moderation: 'moderator' },
    tenantClaim: 'org',
    clientId: 'assay-page',
    scope: 'openid groups',
  },
  cors: { origins: ['https://app.example', 'http://localhost:5173'] },
  urls: { privateNetworks: ['10.1.0.0/16', 'fd12::/16'], ports: [80, 443] },
  webhooks: { privateNetworks: ['10.2.0.0/16'], ports: [443] },
  tracing: { endpoint: 'http://collector:4318', peers: [{ podSelector: { matchLabels: { app: 'collector' } } }] },
  files: {
    policies: { configMap: 'policies' },
    ca: { configMap: 'authorities' },
    buckets: { secret: 'buckets', key: 'list.json' },
    signingKey: { secret: 'signing' },
    c2paTrust: { configMap: 'trust' },
  },
  worker: { tenantLooks: 20 },
  judge: { replicas: 1 },
  api: { egress: [{ to: [{ ipBlock: { cidr: '10.3.0.0/16' } }] }] },
};

describeWithHelm('the chart', () => {
  const parts = ['api', 'worker', 'judge', 'courier'] as const;
  type Part = (typeof parts)[number];
  let manifests: Manifest[];
  beforeAll(() => (manifests = renderChart(everything)));

  const find = (kind: string, name: string, among = manifests): Manifest =>
    among.find((manifest) => manifest.kind === kind && manifest.metadata.name === name)!;
  const podOf = (part: Part) => find('Deployment', `assay-${part}`)['spec'].template.spec;
  const envOf = (part: Part): Record<string, string> => ({
    ...(find('ConfigMap', 'assay')['data'] as object),
    ...(find('Secret', 'assay')['stringData'] as object),
    ...Object.fromEntries(
      podOf(part).containers[0].env.map(({ name, value }: { name: string; value: string }) => [name, value]),
    ),
  });

  it('leads to every setting, but for those that have a reason', () => {
    // A tenant is named by a claim or for all people, not by both.
    const named = ['ASSAY_OIDC_TENANT', ...parts.flatMap((part) => Object.keys(envOf(part)))];
    // Certificates of authorities are Node's own setting.
    expect(sorted([...named, ...Object.keys(leftOut.chart)])).toEqual(sorted([...settingNames, 'NODE_EXTRA_CA_CERTS']));
    expect(named.filter((name) => name in leftOut.chart)).toEqual([]);
    expect(faultsOf(manifests)).toEqual([]);
  });

  it('says what the values say', () => {
    const config = loadConfig(envOf('api'));
    expect(config).toMatchObject({
      logLevel: 'warn',
      publicUrl: 'https://assay.example',
      limits: { maxBytes: 8589934592, maxDurationSeconds: 0.5, maxPixels: 1000, minSidePx: 10, maxStreams: 3 },
      uploadExpiresMs: 60_000,
      ratePerMinute: 0,
      tenantRatePerMinute: 600,
      scanRate: { live: 120, standard: 60, backfill: 30 },
      quota: { period: 'day', bytes: 1099511627776, items: 0, minutes: 90 },
      retention: everything.retention,
      knownMost: 0,
      modelsMaxMemory: 2048 * 1024 ** 2,
      oidc: {
        issuer: everything.oidc.issuer,
        audiences: ['assay', 'other'],
        rolesClaim: 'groups',
        roles: [
          { name: 'assay-admins', role: 'admin' },
          { name: 'moderation', role: 'moderator' },
        ],
        tenantClaim: 'org',
        page: { clientId: 'assay-page', scope: 'openid groups' },
      },
      corsOrigins: everything.cors.origins,
      fetch: everything.urls,
      webhooks: everything.webhooks,
      otlpEndpoint: 'http://collector:4318',
      s3: { forcePathStyle: false, socketTimeoutMs: 7_000 },
    });
    expect(loadConfig(envOf('worker')).tenantLooks).toBe(20);
    const data = (values: object) => find('ConfigMap', 'assay', renderChart(values))['data'] as Record<string, string>;
    const { secret } = everything;
    expect(data({ secret, oidc: { ...everything.oidc, tenantClaim: '', tenant: 'acme' } })['ASSAY_OIDC_TENANT']).toBe(
      'acme',
    );
    // A setting by its name comes first; values that are not given leave it to the service.
    const given = data({ secret, logLevel: 'warn', settings: { ASSAY_LOG_LEVEL: 'debug' } });
    expect(given['ASSAY_LOG_LEVEL']).toBe('debug');
    const base = ['REDIS_URL', 'S3_BUCKET', 'S3_ENDPOINT', 'S3_REGION', 'S3_TIMEOUT_SECONDS'];
    expect(sorted(Object.keys(data({ secret })))).toEqual(base);
  });

  it('mounts a file where its part reads it, and nowhere else', () => {
    const mounted = (part: Part) => {
      const { containers, volumes } = podOf(part);
      const [{ env, volumeMounts }] = containers as [{ env: Env[]; volumeMounts: Mount[] }];
      return env
        .filter(({ name }) => name.endsWith('_FILE'))
        .map(({ name, value }) => {
          const mount = volumeMounts.find(({ mountPath }) => value.startsWith(`${mountPath}/`));
          const volume = (volumes as Volume[]).find((one) => one.name === mount?.name);
          const { items } = volume?.secret ?? volume?.configMap ?? { items: [] };
          expect([mount?.readOnly, items[0]?.path]).toEqual([true, value.slice(`${mount?.mountPath}/`.length)]);
          return [name, volume?.secret?.secretName ?? volume?.configMap?.name];
        });
    };
    const policies = ['ASSAY_POLICIES_FILE', 'policies'];
    expect(mounted('api')).toEqual([['ASSAY_BUCKETS_FILE', 'buckets'], policies]);
    expect(mounted('worker')).toEqual([
      ['ASSAY_C2PA_TRUST_FILE', 'trust'],
      policies,
      ['ASSAY_SIGNING_KEY_FILE', 'signing'],
    ]);
    expect(mounted('judge')).toEqual([policies, ['ASSAY_SIGNING_KEY_FILE', 'signing']]);
    expect(mounted('courier')).toEqual([policies]);
  });

  it('opens what the values name, each to who needs it', () => {
    const egress = (part: Part) => find('NetworkPolicy', `assay-${part}`)['spec'].egress as { to: object[] }[];
    const has = (part: Part, peer: object) => egress(part).some(({ to }) => to.some((one) => isSame(one, peer)));
    const reached = (peer: object) => parts.filter((part) => has(part, peer));
    expect(reached({ podSelector: { matchLabels: { app: 'collector' } } })).toEqual(parts);
    expect(reached({ ipBlock: { cidr: 'fd12::/16' } })).toEqual(['api']);
    expect(reached({ ipBlock: { cidr: '10.2.0.0/16' } })).toEqual(['courier']);
    expect(reached({ ipBlock: { cidr: '10.3.0.0/16' } })).toEqual(['api']);
  });
});

interface Env {
  name: string;
  value: string;
}
interface Mount {
  name: string;
  mountPath: string;
  readOnly?: boolean;
}
interface Source {
  items: { key: string; path: string }[];
}
interface Volume {
  name: string;
  secret?: Source & { secretName: string };
  configMap?: Source & { name: string };
}
const isSame = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);

test('the schema of the values takes them all, and no slip of the pen', () => {
  const valid = new Ajv({ strict: false }).compile(JSON.parse(text('infra/helm/assay/values.schema.json')) as object);
  const values = parse(text('infra/helm/assay/values.yaml')) as Record<string, object>;
  const joined = (over: Record<string, unknown>) =>
    Object.fromEntries(
      sorted([...Object.keys(values), ...Object.keys(over)]).map((name) => {
        const [below, above] = [values[name], over[name] ?? values[name]];
        const areMaps = [below, above].every((one) => one?.constructor === Object);
        return [name, areMaps ? { ...below, ...(above as object) } : above];
      }),
    );
  const faults = (over: Record<string, unknown>) => (valid(joined(over)) ? [] : (valid.errors ?? []));
  const { files, ...rest } = everything;
  expect(faults(rest)).toEqual([]);
  for (const file of Object.values(files)) expect(faults({ files: { policies: { key: 'x', ...file } } })).toEqual([]);
  for (const wrong of [
    { limits: { maxByte: 1 } },
    { quota: { period: 'week' } },
    { retention: { mediaDays: '30d' } },
    { oidc: { audience: 'assay' } },
    { urls: { privateNetworks: ['10.1.0.0'] } },
    { cors: { origins: ['*'] } },
    { cors: { origins: ['https://app.example/'] } },
    { files: { signingkey: { secret: 'x', key: 'y' } } },
    { settings: { assay_log_level: 'warn' } },
    // To a network policy, an empty list is everybody.
    { redis: { peers: [] } },
    { redis: { ports: [] } },
    { redis: { port: 6379 } },
    { s3: { peers: [] } },
    { networkPolicy: { dns: [] } },
    { worker: { metricsFrom: [] } },
    { judge: { metricsFrom: [] } },
    { courier: { metricsFrom: [] } },
    { api: { preStopSeconds: -1 } },
  ])
    expect([wrong, faults(wrong).length > 0]).toEqual([wrong, true]);
});

const { services } = parse(text('infra/compose/compose.yaml'), { merge: true }) as {
  services: Record<string, { environment?: Record<string, string> }>;
};
const given = (part: string): Record<string, string> => services[part]?.environment ?? {};

test('the compose file names every setting, but for those that have a reason', () => {
  const named = ['api', 'worker', 'courier'].flatMap((part) => Object.keys(given(part)));
  expect(sorted([...named, ...Object.keys(leftOut.compose)])).toEqual(sorted(settingNames));
  expect(named.filter((name) => name in leftOut.compose)).toEqual([]);
});

test('the compose file gives a worker all that is not of the API alone', () => {
  const others = [...Object.keys(ofApi), ...Object.keys(leftOut.compose)];
  expect(sorted([...Object.keys(given('worker')), ...others])).toEqual(sorted(settingNames));
  expect(Object.keys(given('worker')).filter((name) => name in ofApi)).toEqual([]);
  // And what is said to be the API's alone is read by nobody else.
  const read = ['apps/worker/src', 'libs/pipeline/src'].flatMap(sources).map(text).join('\n');
  const config = loadConfig({});
  for (const name of Object.values(ofApi)) {
    expect([name, name in config, new RegExp(`\\bconfig\\.${name}\\b`).test(read)]).toEqual([name, true, false]);
  }
  expect(read).toContain('config.scanRate');
});

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
    .map((path) => join(folder, path));

test('what the compose file does not take from .env, the page says', () => {
  const fixed = ['api', 'worker'].flatMap((part) =>
    Object.entries(given(part)).filter(([name, value]) => !value.startsWith(`\${${name}:`)),
  );
  expect(sorted(fixed.map(([name]) => name))).toEqual(sorted(Object.keys(fixedInCompose)));
  const names = Object.keys(fixedInCompose).map((name) => `\`${name}\``);
  for (const page of ['settings', 'operations']) {
    expect(text(`docs/${page}.md`)).toContain(`${names.join(' and ')} are fixed`);
  }
});

test('an image has what the compose file leaves to it', () => {
  const has = { ...environment('worker'), ...environment('api') };
  const left = Object.entries(leftOut.compose).filter(([, reason]) => reason.startsWith('of the image'));
  expect(left.map(([name]) => name).filter((name) => !(name in has))).toEqual([]);
});

test('the table of settings has them all, and values that the chart has', () => {
  const rows = text('docs/settings.md').matchAll(/^\| `([A-Z][A-Z0-9_]+)` \| ([^|]*) \| ([^|]*) \|/gm);
  const values = parse(text('infra/helm/assay/values.yaml')) as object;
  const has = (path: string) =>
    path.split('.').reduce<unknown>((at, name) => (Object(at) as Record<string, unknown>)[name], values) !== undefined;
  const table = [...rows].map(([, name = '', , value = '']) => ({ name, value: value.trim() }));
  expect(table.map(({ name }) => name).sort()).toEqual(sorted(settingNames));
  for (const { name, value } of table) {
    const paths = [...value.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
    expect([name, paths.filter((path) => !has(path))]).toEqual([name, []]);
    // Either the chart has a place for it, or a reason for none.
    expect([name, value !== '']).toEqual([name, !(name in leftOut.chart)]);
  }
});
