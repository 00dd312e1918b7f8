/**
 * The master of the queues killed in the middle of scans, under API and a real worker process, and another server takes its
 * place: by sentinels, and in a cluster. Each time:
 * - no upload and no scan that was confirmed is lost, and each ends with a verdict of all its parts;
 * - no verdict is given twice: it stays byte for byte what it was first, and its webhook is told under one id;
 * - the worker process is the one that was started.
 *
 * Replication is behind by moments, so a failover may lose what was just confirmed: the store is the truth, and the sweeper
 * brings such a scan back. That is why this may take a minute.
 */
import { Verdict } from '@assay/contracts';
import { queuePrefix } from '@assay/pipeline';
import { startTestApi, type TestApi } from '../support/api';
import { markedEnv, untilNoProcessWith, workersWith } from '../support/assay-cli';
import { insist } from '../support/insist';
import { type Receiver, startReceiver } from '../support/receiver';
import { startRedisCluster } from '../support/redis-cluster';
import { startRedisSentinels } from '../support/redis-sentinels';
import { submitScan, untilClosed, untilScan, untilTrue } from '../support/scans-under-faults';

/** Servers start, agree and take over here, and sweeps come once a minute, on machines that may be busy. */
jest.setTimeout(600_000);

interface Deployment {
  url: string;
  /** Kills the master of the queues; resolves when another one is in its place. */
  failOver(): Promise<void>;
  close(): Promise<void>;
}

async function withSentinels(): Promise<Deployment> {
  const sentinels = await startRedisSentinels();
  return {
    url: sentinels.url,
    async failOver() {
      const before = await sentinels.master();
      await sentinels.servers.find(({ port }) => port === before)?.kill();
      await untilTrue('another master', async () => (await sentinels.master()) !== before);
    },
    close: () => sentinels.close(),
  };
}

async function withCluster(): Promise<Deployment> {
  const cluster = await startRedisCluster(1);
  return {
    url: cluster.url,
    async failOver() {
      const master = await cluster.masterOf(queuePrefix);
      await master.kill();
      await untilTrue('another master', async () => (await cluster.masterOf(queuePrefix)) !== master);
    },
    close: () => cluster.close(),
  };
}

describe.each([
  ['sentinels', withSentinels],
  ['a cluster', withCluster],
] as const)('Redis with %s', (name, deploy) => {
  let deployment: Deployment;
  let receiver: Receiver;
  let api: TestApi;
  const mark = `assay-mark-${process.pid}-${name.replace(/\W/g, '-')}`;

  beforeAll(async () => {
    deployment = await deploy();
    receiver = await startReceiver();
    api = await startTestApi({
      ...markedEnv(mark),
      REDIS_URL: deployment.url,
      ASSAY_INFERENCE_THREADS: '1',
      ASSAY_WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8',
    });
    await api.startWorker();
  });
  afterAll(async () => {
    await api?.close();
    await receiver?.close();
    await deployment?.close();
  });

  const verdictBytes = async (scan: string): Promise<string> => (await api.ask(`/v1/scans/${scan}/verdict`)).text();

  it('loses nothing when its master dies under load, and judges nothing twice', async () => {
    const body = JSON.stringify({ url: receiver.url });
    await api.ask('/v1/webhooks', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const before = workersWith(mark);
    const scans = [await submitScan(api, 0), await submitScan(api, 1), await submitScan(api, 2)];
    await untilScan(api, scans[0] ?? '', (state) => state !== 'queued');
    const meanwhile = [submitScan(api, 3), submitScan(api, 4)];
    await deployment.failOver();
    scans.push(...(await Promise.all(meanwhile)), await submitScan(api, 5));

    const verdicts: string[] = [];
    for (const scan of scans) {
      await untilScan(api, scan, (state) => state === 'done');
      const text = await insist(() => verdictBytes(scan));
      const verdict = Verdict.parse(JSON.parse(text));
      expect(verdict.verdict).not.toBe('rejected');
      expect(verdict.reasons.map(({ code }) => code)).not.toContain('partly_unreadable');
      verdicts.push(text);
    }
    const told = (): Set<string> => new Set(receiver.received.map(({ headers }) => String(headers['webhook-id'])));
    await untilTrue('every verdict told', async () => told().size >= scans.length);
    expect([...told()].sort()).toEqual(scans.map((scan) => `${scan}-verdict-published`).sort());
    expect(await Promise.all(scans.map(verdictBytes))).toEqual(verdicts);
    await untilClosed(api);
    expect(workersWith(mark)).toEqual(before);
    await api.close();
    await untilNoProcessWith(mark);
  });
});
