/**
 * Redis cut off from API and a real worker process in the middle of scans: its network refuses, or swallows every packet and
 * forgets the connections, or it is killed and started again on what it wrote down. Each time:
 * - a request meanwhile is answered, with 503 and not after minutes;
 * - every scan that was asked for ends with a verdict of all its parts, which stays as it is;
 * - the worker process is the one that was started.
 *
 * ASSAY_TEST_CUT_SECONDS (3) is how long the network is cut.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestApi, type TestApi } from '../support/api';
import { markedEnv, untilNoProcessWith, workersWith } from '../support/assay-cli';
import { CutProxy } from '../support/cut-proxy';
import { insist } from '../support/insist';
import { startDurableRedis, type TestRedis } from '../support/redis';
import { submitScan, untilClosed, untilScan } from '../support/scans-under-faults';

/** Locks run out and connections are given up here: 15 s each, on machines that may be busy. */
jest.setTimeout(400_000);

const cutMs = 1000 * Number(process.env['ASSAY_TEST_CUT_SECONDS'] ?? 3);
/** The index gives up a silent Redis after 10 s; a caller must not wait much longer. */
const answerWithinMs = 40_000;

let folder: string;
let redis: TestRedis;
let proxy: CutProxy;
let api: TestApi;
const mark = `assay-mark-${process.pid}-cuts`;

beforeAll(async () => {
  // Under /tmp whatever TMPDIR says: a socket's path may have 108 characters at most.
  folder = await mkdtemp('/tmp/assay-cuts-');
  redis = await startDurableRedis(folder);
  proxy = await CutProxy.open({ path: redis.path });
  api = await startTestApi({
    ...markedEnv(mark),
    REDIS_URL: `redis://127.0.0.1:${proxy.port}`,
    ASSAY_INFERENCE_THREADS: '1',
  });
  await api.startWorker();
}, 120_000);
afterAll(async () => {
  await api?.close();
  await proxy?.close();
  await redis?.close();
  await rm(folder, { recursive: true, force: true });
});

const restart = async (): Promise<void> => {
  await redis.close();
  redis = await startDurableRedis(folder);
};
const cut = (kind: 'refused' | 'silent') => async (): Promise<void> => {
  await proxy.cut(kind);
  const askedAt = Date.now();
  const answer = await api.ask('/v1/scans', { signal: AbortSignal.timeout(answerWithinMs) });
  expect([kind, answer.status]).toEqual([kind, 503]);
  await sleep(Math.max(0, cutMs - (Date.now() - askedAt)));
  await proxy.mend();
};

it.each([
  ['refuses', cut('refused'), 0],
  ['falls silent', cut('silent'), 10],
  ['is killed and started again', restart, 20],
] as const)('a Redis that %s under load costs no scan', async (_what, disturb, from) => {
  const before = workersWith(mark);
  const scans = [await submitScan(api, from), await submitScan(api, from + 1)];
  await untilScan(api, scans[0] ?? '', (state) => state !== 'queued');
  await disturb();
  scans.push(await submitScan(api, from + 2));
  const verdicts: unknown[] = [];
  for (const scan of scans) {
    await untilScan(api, scan, (state) => state === 'done');
    const verdict = await insist(() => api.client.getVerdict(scan));
    expect(verdict.reasons.map(({ code }) => code)).not.toContain('partly_unreadable');
    verdicts.push(verdict);
  }
  expect(await Promise.all(scans.map((scan) => api.client.getVerdict(scan)))).toEqual(verdicts);
  await untilClosed(api);
  expect(workersWith(mark)).toEqual(before);
});

it('leaves no process behind', async () => {
  await api.close();
  await untilNoProcessWith(mark);
});
