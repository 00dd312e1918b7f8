/**
 * What can be known of the chart without a cluster. It is rendered and then:
 * - follows the schemas of Kubernetes and KEDA, without a field that they do not know;
 * - the settings of every container are ones that the service reads and accepts, also large numbers;
 * - images start what they do in the Dockerfile, ports match, and probes ask for what is there;
 * - containers are not root, cannot write to their own files, have no token and no rights;
 * - what decodes strangers' files reaches Redis, the store and names, and nothing else; the API the public internet, and
 *   no private network, only where media is fetched from URLs, and so do deliveries to webhooks;
 * - a worker gets its time at a stop, and the API's listener outlives its addresses; scaling asks for metrics that exist,
 *   and switching it on drops no worker; Prometheus is told of every pod.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlockList } from 'node:net';
import { loadConfig, settingNames } from '@assay/pipeline';
import { parse } from 'yaml';
import { all, environment, root } from './dockerfile';
import { faultsOf } from './check-manifests';
import { namesIn, unknownMetrics } from './metric-names';
import { canPretendCluster, describeWithHelm, type Manifest, renderChart, renderTimeoutMs } from './render-chart';
import { statusesOf } from './routes';

jest.setTimeout(renderTimeoutMs);

const adminKey = `assay_${'k'.repeat(43)}`;
const secret = { s3AccessKeyId: 'id', s3SecretAccessKey: 'secret', adminKey };
const parts = ['api', 'worker', 'judge', 'courier'] as const;
type Part = (typeof parts)[number];
/** The target of the Dockerfile that a part runs. */
const targetOf = (part: Part) => (part === 'api' ? 'api' : 'worker');

const find = (manifests: Manifest[], kind: string, part: string): Manifest => {
  const found = manifests.find(
    (manifest) => manifest.kind === kind && manifest.metadata.name === (part === '' ? 'assay' : `assay-${part}`),
  );
  if (!found) throw new Error(`no ${kind} ${part}`);
  return found;
};

/** What a container sees: the image's own, then whole maps, then single variables. */
function envOf(manifests: Manifest[], part: Part): Record<string, string> {
  const [container] = find(manifests, 'Deployment', part)['spec'].template.spec.containers;
  const maps = container.envFrom.map((from: { configMapRef?: { name: string }; secretRef?: { name: string } }) =>
    from.configMapRef ? find(manifests, 'ConfigMap', '')['data'] : find(manifests, 'Secret', '')['stringData'],
  );
  const single = container.env.map(({ name, value }: { name: string; value: string }) => [name, value]);
  return Object.assign({}, environment(targetOf(part)), ...maps, Object.fromEntries(single));
}

describeWithHelm('the chart', () => {
  let plain: Manifest[];
  /** With every part that there can be. */
  let judged: Manifest[];
  let full: Manifest[];
  beforeAll(() => {
    plain = renderChart({ secret });
    judged = renderChart({ secret, judge: { replicas: 2 } });
    full = renderChart({
      secret,
      keda: { enabled: true },
      judge: { replicas: 2 },
      settings: { ASSAY_MAX_BYTES: 8589934592, ASSAY_LOG_LEVEL: 'warn', ASSAY_MAX_DURATION_SECONDS: 0.5 },
      image: { pullSecrets: [{ name: 'registry' }], api: { tag: 'v2' } },
      nodeSelector: { pool: 'decode' },
      tolerations: [{ key: 'decode', operator: 'Exists' }],
      api: { ingressFrom: [{ namespaceSelector: { matchLabels: { name: 'edge' } } }], fetch: false },
    });
  });

  it('follows the schemas of Kubernetes and KEDA, to the last field', () => {
    for (const manifests of [plain, judged, full]) expect(faultsOf(manifests)).toEqual([]);
    expect(plain.filter(({ kind }) => kind === 'Deployment')).toHaveLength(3);
    expect(full.map(({ kind }) => kind).sort()).toEqual([
      ...['ConfigMap', ...Array(4).fill('Deployment'), ...Array(4).fill('NetworkPolicy')],
      ...[
        ...Array(4).fill('PodDisruptionBudget'),
        'ScaledObject',
        'Secret',
        ...Array(5).fill('Service'),
        'ServiceAccount',
      ],
    ]);
    const broken = structuredClone(find(plain, 'Deployment', 'api'));
    broken['spec'].template.spec.containers[0].securityContext.readOnlyRootFileSystem = true;
    expect(faultsOf([broken])).toEqual([expect.stringContaining('readOnlyRootFileSystem')]);
  });

  it('refuses to be installed without its secrets, and takes one that is there', () => {
    expect(() => renderChart({})).toThrow('secret.s3AccessKeyId');
    const own = renderChart({ secret: { existing: 'mine' }, judge: { replicas: 1 } });
    expect(own.some(({ kind }) => kind === 'Secret')).toBe(false);
    for (const part of parts) {
      const [container] = find(own, 'Deployment', part)['spec'].template.spec.containers;
      expect(container.envFrom).toContainEqual({ secretRef: { name: 'mine' } });
    }
  });

  describe.each(parts)('%s', (part) => {
    const pod = (manifests = judged) => find(manifests, 'Deployment', part)['spec'].template.spec;

    it('has settings that the service reads and accepts', () => {
      for (const manifests of [judged, full]) {
        const env = envOf(manifests, part);
        const ours = Object.keys(env).filter((name) => /^(ASSAY|S3|REDIS)_/.test(name));
        expect(ours.filter((name) => !settingNames.includes(name))).toEqual([]);
        const config = loadConfig(env);
        expect(config).toMatchObject({ redisUrl: 'redis://valkey:6379', s3: { bucket: 'assay', accessKeyId: 'id' } });
        expect(config.adminKey).toBe(part === 'api' ? adminKey : null);
        expect((part === 'api' ? config.port : config.workerMetricsPort) ?? 0).toBe(
          pod(manifests).containers[0].ports[0].containerPort,
        );
      }
      const { limits, logLevel } = loadConfig(envOf(full, part));
      expect([limits.maxBytes, limits.maxDurationSeconds, logLevel]).toEqual([8589934592, 0.5, 'warn']);
    });

    it('has the image’s command and port, and gets its time at a stop', () => {
      const [container] = pod().containers;
      expect(container).not.toHaveProperty('command');
      expect(all(targetOf(part), 'EXPOSE')).toEqual([[String(container.ports[0].containerPort)]]);
      expect(container.image).toMatch(new RegExp(`^assay-${targetOf(part)}:0\\.1\\.0$`));
      const { drainMs } = loadConfig(envOf(judged, part));
      const beforeMs = 1000 * Number(container.lifecycle?.preStop.exec.command[1] ?? 0);
      expect(pod().terminationGracePeriodSeconds * 1000).toBeGreaterThan(beforeMs + drainMs + 5_000);
      expect(find(judged, 'Service', part)['spec'].ports[0].targetPort).toBe(container.ports[0].name);
    });

    it('is not root, gains nothing, and writes to its volumes alone', () => {
      expect(pod()).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      });
      const [container] = pod().containers;
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      const mounts = container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath);
      expect(mounts.sort()).toEqual([environment(targetOf(part))['TMPDIR'], '/tmp'].sort());
      expect(container.resources.requests).toMatchObject({ cpu: expect.anything(), memory: expect.anything() });
    });

    it('is found by its own service, budget and policy, and by no other’s', () => {
      const { labels } = find(judged, 'Deployment', part)['spec'].template.metadata;
      const selectors = (owner: Part) => [
        find(judged, 'Deployment', owner)['spec'].selector.matchLabels,
        find(judged, 'Service', owner)['spec'].selector,
        find(judged, 'PodDisruptionBudget', owner)['spec'].selector.matchLabels,
        find(judged, 'NetworkPolicy', owner)['spec'].podSelector.matchLabels,
      ];
      for (const owner of parts) {
        for (const selector of selectors(owner)) {
          const matches = Object.entries(selector as object).every(([name, value]) => labels[name] === value);
          expect([owner, matches]).toEqual([owner, owner === part]);
        }
      }
    });
  });

  it('probes what is there', async () => {
    const asked = (part: Part): string[] => {
      const [container] = find(plain, 'Deployment', part)['spec'].template.spec.containers;
      return ['readinessProbe', 'livenessProbe', 'startupProbe']
        .flatMap((probe) => (container[probe] ? [container[probe].httpGet] : []))
        .map(({ path, port }: { path: string; port: string }) => {
          expect(port).toBe(container.ports[0].name);
          return path;
        });
    };
    const statuses = await statusesOf({ api: asked('api'), worker: [...asked('worker'), '/metrics'] });
    expect(Object.keys(statuses).length).toBeGreaterThan(2);
    expect(new Set(Object.values(statuses))).toEqual(new Set([200]));
  });

  describe('the network policy', () => {
    const names = {
      to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
      ports: [
        { protocol: 'UDP', port: 53 },
        { protocol: 'TCP', port: 53 },
      ],
    };
    const redis = {
      to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'valkey' } } }],
      ports: [{ protocol: 'TCP', port: 6379 }],
    };
    const store = {
      to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'minio' } } }],
      ports: [{ protocol: 'TCP', port: 9000 }],
    };

    it.each(['worker', 'judge'])(
      'lets %s out to names, Redis and the store alone, and the scraper alone in',
      (part) => {
        const { spec } = find(judged, 'NetworkPolicy', part);
        expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
        expect(spec.egress).toEqual([names, redis, store]);
        expect(spec.ingress).toHaveLength(1);
        expect(spec.ingress[0].from).toHaveLength(1);
        expect(spec.ingress[0].ports).toEqual([{ protocol: 'TCP', port: 9464 }]);
      },
    );

    it('has every queue taken by somebody, and deliveries by nobody who decodes', () => {
      const queuesOf = (manifests: Manifest[], part: Part) => loadConfig(envOf(manifests, part)).queues;
      const all = loadConfig({}).queues;
      expect([...queuesOf(plain, 'worker'), ...queuesOf(plain, 'courier')]).toEqual(all);
      expect(queuesOf(plain, 'courier')).toEqual(['deliver']);
      // None twice, so that whoever decodes does not keep what is known.
      expect(queuesOf(judged, 'worker')).toEqual(['plan', 'look', 'shadow']);
      const taken = (['worker', 'judge', 'courier'] as const).flatMap((part) => queuesOf(judged, part));
      expect(taken.sort()).toEqual([...all].sort());
    });

    it('opens the ports at which the settings say that Redis and the store are', () => {
      const { redisUrl, s3 } = loadConfig(envOf(plain, 'worker'));
      expect([new URL(redisUrl ?? '').port, new URL(s3?.endpoint ?? '').port]).toEqual(['6379', '9000']);
    });

    it('opens the ports of sentinels and of the servers that they name', () => {
      const url = 'redis-sentinel://a:26379,b:26379,c:26379#main';
      const sentinel = renderChart({ secret, redis: { url, ports: [26379, 6379] }, judge: { replicas: 1 } });
      expect(faultsOf(sentinel)).toEqual([]);
      for (const part of parts) {
        expect(find(sentinel, 'NetworkPolicy', part)['spec'].egress[1]).toEqual({
          ...redis,
          ports: [
            { protocol: 'TCP', port: 26379 },
            { protocol: 'TCP', port: 6379 },
          ],
        });
      }
    });

    it.each([
      ['tracing.peers', { tracing: { endpoint: 'http://collector:4318' } }],
      ['redis.peers', { redis: { peers: [] } }],
      ['redis.ports', { redis: { ports: [] } }],
      ['s3.peers', { s3: { peers: [] } }],
      ['networkPolicy.dns', { networkPolicy: { dns: [] } }],
      ['worker.metricsFrom', { worker: { metricsFrom: [] } }],
      ['judge.metricsFrom', { judge: { replicas: 1, metricsFrom: [] } }],
      ['courier.metricsFrom', { courier: { metricsFrom: [] } }],
    ])('refuses an empty %s, which would open all', (name, values) => {
      // By the schema where Helm checks it, else by the template.
      expect(() => renderChart({ secret, ...values })).toThrow(name.split('.').at(-1));
      if (name === 'tracing.peers') expect(() => renderChart({ secret, ...values })).toThrow('tracing.peers is empty');
    });

    it('asks for no peers where there is none, or no policy', () => {
      expect(() => renderChart({ secret, tracing: { endpoint: '', peers: [] } })).not.toThrow();
      const tracing = { endpoint: 'http://collector:4318', peers: [] };
      expect(() => renderChart({ secret, tracing, networkPolicy: { enabled: false } })).not.toThrow();
    });

    it.each(['api', 'courier'])('lets %s out to the public internet, and never to private networks', (part) => {
      const [, , , internet, ...more] = find(plain, 'NetworkPolicy', part)['spec'].egress;
      expect(more).toEqual([]);
      const reaches = (address: string, family: 'ipv4' | 'ipv6') =>
        internet.to.some(({ ipBlock }: { ipBlock: { cidr: string; except: string[] } }) => {
          const within = (block: string) => {
            const list = new BlockList();
            const [network = '', bits] = block.split('/');
            const blockFamily = network.includes(':') ? 'ipv6' : 'ipv4';
            list.addSubnet(network, Number(bits), blockFamily);
            // To Node's list, an IPv4 address is one of ::/0 as well.
            return blockFamily === family && list.check(address, family);
          };
          return within(ipBlock.cidr) && !ipBlock.except.some(within);
        });
      expect([reaches('1.1.1.1', 'ipv4'), reaches('2606:4700::1', 'ipv6')]).toEqual([true, true]);
      for (const address of ['10.0.0.1', '127.0.0.1', '169.254.169.254', '172.20.0.1', '192.168.0.1', '100.64.0.1'])
        expect([address, reaches(address, 'ipv4')]).toEqual([address, false]);
      for (const address of ['::1', 'fd00::1', 'fe80::1'])
        expect([address, reaches(address, 'ipv6')]).toEqual([address, false]);
    });

    it('keeps the API in where nothing is fetched, and callers out who are not named', () => {
      const { spec } = find(full, 'NetworkPolicy', 'api');
      expect(spec.egress).toEqual([names, redis, store]);
      expect(spec.ingress).toEqual([
        {
          from: [{ namespaceSelector: { matchLabels: { name: 'edge' } } }],
          ports: [{ protocol: 'TCP', port: 8080 }],
        },
      ]);
    });
  });

  it('takes the API’s addresses away before its listener closes, for as long as the values say', () => {
    const pod = (values: object) => find(renderChart({ secret, ...values }), 'Deployment', 'api')['spec'].template.spec;
    const { lifecycle } = pod({}).containers[0];
    expect(lifecycle).toEqual({ preStop: { exec: { command: ['sleep', '8'] } } });
    // `sleep` is Debian's own.
    expect(readFileSync(join(root, 'infra/Dockerfile'), 'utf8')).toMatch(/^ARG NODE_IMAGE=node:\d+-bookworm/m);
    const longer = pod({ api: { preStopSeconds: 15 }, settings: { ASSAY_DRAIN_SECONDS: 60 } });
    expect(longer.containers[0].lifecycle.preStop.exec.command).toEqual(['sleep', '15']);
    expect(longer.terminationGracePeriodSeconds).toBe(15 + 60 + 20);
    const none = pod({ api: { preStopSeconds: 0 } });
    expect(none.containers[0]).not.toHaveProperty('lifecycle');
    expect(none.terminationGracePeriodSeconds).toBe(40);
  });

  it('scales workers by metrics that exist, and not by answers that are empty', async () => {
    const { spec } = find(full, 'ScaledObject', 'worker');
    expect(spec.scaleTargetRef.name).toBe(find(full, 'Deployment', 'worker').metadata.name);
    const triggers = spec.triggers.map(({ metadata }: { metadata: object }) => metadata) as Record<string, string>[];
    const queries = triggers.map(({ query = '' }) => query);
    expect(queries.flatMap(namesIn)).toEqual([
      'assay_lane_oldest_waiting_seconds',
      'assay_queue_jobs',
      'assay_queue_jobs',
    ]);
    expect(await unknownMetrics(queries)).toEqual([]);
    expect(triggers.map(({ ignoreNullValues }) => ignoreNullValues)).toEqual(['false', 'false', 'false']);
    expect(spec.minReplicaCount).toBeGreaterThan(0);
  });

  describe('scaling', () => {
    const triggersOf = (values: object) =>
      find(renderChart({ secret, ...values }), 'ScaledObject', 'worker')['spec'].triggers as {
        metricType: string;
        metadata: { query: string; threshold: string };
      }[];

    it('keeps a fleet that is busy: a hundred looks that run ask for more workers than run them', () => {
      const busy = triggersOf({ keda: { enabled: true } })[2]!;
      expect(busy.metricType).toBe('AverageValue');
      expect(busy.metadata.query).toBe('sum(max by (queue) (assay_queue_jobs{queue="look", state="active"}))');
      expect(Math.ceil(100 / Number(busy.metadata.threshold))).toBe(143);
      const threshold = (looks: number, targetBusy: number) =>
        triggersOf({ keda: { enabled: true, targetBusy }, worker: { looks } })[2]!.metadata.threshold;
      expect([threshold(3, 0.7), threshold(2, 0.5)]).toEqual(['2.1', '1']);
    });

    it('asks for the queues of this release alone where Prometheus has several', () => {
      const queries = triggersOf({ keda: { enabled: true, selector: 'namespace="blue"' } }).map(
        ({ metadata }) => metadata.query,
      );
      expect(queries).toHaveLength(3);
      for (const query of queries) {
        const selectors = query.match(/\{[^}]*\}/g) ?? [];
        expect(selectors).toHaveLength(1);
        expect(selectors[0]).toMatch(/", namespace="blue"\}$/);
      }
    });
  });

  describe('the number of workers', () => {
    const replicas = (values: object, running?: object) =>
      find(renderChart({ secret, ...values }, running), 'Deployment', 'worker')['spec'].replicas;

    it('is the one of the values, and with KEDA at the start no less than its least', () => {
      expect(find(plain, 'Deployment', 'worker')['spec'].replicas).toBe(2);
      expect(replicas({ keda: { enabled: true } })).toBe(2);
      expect(replicas({ keda: { enabled: true, minReplicas: 7 } })).toBe(7);
    });

    (canPretendCluster() ? it : it.skip)('stays what it is in the cluster when KEDA is switched on', () => {
      const running = {
        ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
        metadata: { name: 'assay-worker', namespace: 'default' },
        spec: { replicas: 30 },
      };
      expect(replicas({ keda: { enabled: true } }, running)).toBe(30);
      expect(replicas({ keda: { enabled: true, minReplicas: 40 } }, running)).toBe(40);
      // Without KEDA it is the operator who says.
      expect(replicas({}, running)).toBe(2);
      expect(replicas({ keda: { enabled: true } }, { ...running, metadata: { name: 'other' } })).toBe(2);
    });
  });

  it('has a headless service with every pod of a part, which Prometheus is told to ask', () => {
    const { scrape_configs: configs } = parse(
      readFileSync(join(root, 'infra/monitoring/prometheus.kubernetes.yml'), 'utf8'),
    ) as { scrape_configs: { job_name: string; dns_sd_configs: [{ names: [string]; type: string; port: number }] }[] };
    expect(configs.map(({ job_name }) => job_name)).toEqual(parts.map((part) => `assay-${part}`));
    for (const [at, part] of parts.entries()) {
      const [{ names, type, port }] = configs[at]!.dns_sd_configs;
      const [service, namespace, ...rest] = names[0].split('.');
      expect([namespace, ...rest, type]).toEqual(['assay', 'svc', 'cluster', 'local', 'A']);
      const { spec } = judged.find(({ kind, metadata }) => kind === 'Service' && metadata.name === service)!;
      expect(spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true, ports: [{ port }] });
      expect(spec.selector).toEqual(find(judged, 'Deployment', part)['spec'].selector.matchLabels);
      const [container] = find(judged, 'Deployment', part)['spec'].template.spec.containers;
      expect(container.ports[0].containerPort).toBe(port);
    }
    // Calls go to ready replicas alone.
    expect(find(judged, 'Service', 'api')['spec']).not.toHaveProperty('publishNotReadyAddresses');
  });
});
