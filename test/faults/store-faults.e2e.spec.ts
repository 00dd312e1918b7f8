/**
 * A real S3 server behind a proxy that fails one request in five, and is away for some seconds in the middle; API and a real
 * worker process over it. Of every upload that was confirmed and every scan that was asked for:
 * - its bytes lie in the store, whole;
 * - the scan ends with a verdict, made of all of its parts, and no verdict is ever written twice with other content;
 * - no marker, local copy or process stays behind.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Verdict } from '@assay/contracts';
import { seededRandom } from '@assay/evaluation';
import { inLanes, keys } from '@assay/pipeline';
import { createS3Store } from '@assay/storage';
import { startTestApi, type TestApi } from '../support/api';
import { markedEnv, untilNoProcessWith } from '../support/assay-cli';
import { insist } from '../support/insist';
import { newClip } from '../support/new-clip';
import { describeWithS3, s3Settings, s3StartTimeoutMs, startS3, type TestS3 } from '../support/s3';
import { S3FaultProxy } from '../support/s3-fault-proxy';
import type { S3FaultRates } from '../support/s3-faults';

/** Workers start, load models and decode here, on machines that may be busy. */
jest.setTimeout(600_000);

const rates: S3FaultRates = {
  slowDown: 0.04,
  internalError: 0.02,
  resetBefore: 0.03,
  resetAfter: 0.03,
  stall: 0.005,
  cutBody: 0.03,
  stallBody: 0.005,
  slowBody: 0.02,
  cutUpload: 0.02,
};
/** Pictures but for one video: it is requests that are to fail, not machines that are to work. */
const scans = 12;
/** Longer than the three tries of a request and than the first pauses of a job. */
const outageMs = 4_000;
/** Loads models, on machines that may be busy. */
const workerStartTimeoutMs = 60_000;
const never = new AbortController().signal;

describeWithS3('a store that fails under load', () => {
  let folder: string;
  let server: TestS3;
  let proxy: S3FaultProxy;
  let api: TestApi;
  const mark = `assay-mark-${process.pid}-store`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-store-faults-'));
    server = await startS3();
    proxy = await S3FaultProxy.open({ target: server.endpoint, random: seededRandom(7) });
    api = await startTestApi({
      ...markedEnv(mark),
      TMPDIR: folder,
      ...s3Settings({ ...server, endpoint: proxy.url }),
      S3_TIMEOUT_SECONDS: '5',
      ASSAY_INFERENCE_THREADS: '1',
    });
    await api.startWorker();
  }, s3StartTimeoutMs + workerStartTimeoutMs);
  afterAll(async () => {
    await api?.close();
    await Promise.all([proxy?.close(), server?.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('loses no upload and no scan, and never gives two verdicts', async () => {
    proxy.rates = rates;
    const asked: { media: string; scan: string; bytes: Buffer }[] = [];
    const numbers = Array.from({ length: scans }, (_, at) => at);
    const submit = async (number: number): Promise<void> => {
      const bytes = newClip(number === 0 ? 'swapped-a.mp4' : 'still.jpg', number);
      const media = await insist(() => api.client.uploadMedia(new Blob([new Uint8Array(bytes)])));
      const scan = await insist(() => api.client.createScan({ media: media.id }));
      asked.push({ media: media.id, scan: scan.id, bytes });
      if (asked.length === scans / 2) {
        proxy.down = true;
        setTimeout(() => (proxy.down = false), outageMs);
      }
    };
    await inLanes(numbers, 3, submit, never);
    for (const { scan } of asked) {
      for (;;) {
        const { state, failure } = await insist(() => api.client.getScan(scan));
        expect([state, failure]).not.toContain('failed');
        if (state === 'done') break;
        await sleep(100);
      }
    }
    proxy.rates = {};

    const direct = createS3Store(server);
    for (const { media, scan, bytes } of asked) {
      const kept = await direct.get(keys.media(media), never);
      expect([media, kept && createHash('sha256').update(kept).digest('hex')]).toEqual([media, media]);
      expect(kept?.length).toBe(bytes.length);
      const verdict: Verdict = await api.client.getVerdict(scan);
      expect(verdict.verdict).not.toBe('rejected');
      expect(verdict.reasons.map(({ code }) => code)).not.toContain('partly_unreadable');
    }
    expect(new Set(asked.map(({ scan }) => scan)).size).toBe(scans);
    expect([...proxy.verdicts.values()].map(({ size }) => size)).toEqual(asked.map(() => 1));
    // A scan is done a moment before its marker goes; a marker whose removal failed goes with the job's next attempt.
    const open = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const { key } of direct.list(keys.openScans, never)) found.push(key);
      return found;
    };
    while ((await open()).length > 0) await sleep(100);
    await direct.close();
    // A proxy that failed nothing would prove nothing. Each kind by itself: `s3-faults.spec.ts`.
    expect(Object.values(proxy.met).reduce((total, count) => total + count)).toBeGreaterThan(scans);

    // Local copies of the media, kept for a moment after the last look.
    while ((await readdir(folder)).length > 0) await sleep(100);
    await api.close();
    await untilNoProcessWith(mark);
  });
});
