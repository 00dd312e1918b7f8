/**
 * What can be known of the chart without a cluster. It is rendered and then:
 * - follows the schemas of Kubernetes and KEDA, without a field that they do not know;
 * - the settings of every container are ones that the service reads and accepts, also large numbers;
 * - images start what they do in the Dockerfile, ports match, and probes ask for what is there;
 * - containers are not root, cannot write to their own files, have no token and no rights;
 * - what decodes strangers' files reaches Redis, the store and names, and nothing else; the API the public internet, and
 *   no private network, only where media is fetched from URLs, and so do deliveries to webhooks;
 * - a worker gets its time at a stop; scaling asks for metrics that exist.
 */
import { BlockList } from 'node:net';
import { loadConfig, settingNames } from '@assay/pipeline';
import { all, environment } from './dockerfile';
import { faultsOf } from './check-manifests';
import { namesIn, unknownMetrics } from './metric-names';
import { describeWithHelm, type Manifest, renderChart, renderTimeoutMs } from './render-chart';
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
        ...Array(4).fill('Service'),
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
      expect(pod().terminationGracePeriodSeconds * 1000).toBeGreaterThan(drainMs + 5_000);
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
    expect(Object.keys(statuses).length).toBeGreaterThan(3);
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

  it('scales workers by metrics that exist, and leaves their number to KEDA', async () => {
    const { spec } = find(full, 'ScaledObject', 'worker');
    expect(spec.scaleTargetRef.name).toBe(find(full, 'Deployment', 'worker').metadata.name);
    expect(find(full, 'Deployment', 'worker')['spec']).not.toHaveProperty('replicas');
    expect(find(plain, 'Deployment', 'worker')['spec'].replicas).toBe(2);
    const queries = spec.triggers.map(({ metadata }: { metadata: { query: string } }) => metadata.query) as string[];
    expect(queries.flatMap(namesIn)).toEqual(['assay_queue_oldest_waiting_seconds', 'assay_queue_jobs']);
    expect(await unknownMetrics(queries)).toEqual([]);
    expect(spec.minReplicaCount).toBeGreaterThan(0);
  });
});
