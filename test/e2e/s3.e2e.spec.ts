/**
 * The whole service over a real S3 server and a Redis of its own, as on a fleet: `assay up` with `S3_*` and `REDIS_URL`.
 * What holds:
 * - the bucket is the only place where media, verdicts and evidence lie; the data folder has the admin key and the signing key alone;
 * - the verdict is the one that `assay scan` gives, and each piece of evidence that it names can be fetched;
 * - a second start finds scan and verdict in the bucket;
 * - deletion, of a finished scan and in the middle of one, leaves nothing but the keys in the bucket, upload parts
 *   included, and no local copy of the media once the service has stopped.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Verdict, volatileVerdictKeys } from '@assay/contracts';
import { assay, markedEnv, processesWith, startService, verdictsOf, type Service } from '../support/assay-cli';
import { faceClip, makeLongFaceClip } from '../support/clips';
import { startRedis, type TestRedis } from '../support/redis';
import { describeWithS3, s3Settings, s3StartTimeoutMs, startS3, type TestS3 } from '../support/s3';

/** Processes start and load models here, on machines that may be busy. */
jest.setTimeout(300_000);

/** Longer than one part of an upload (5 MiB), so that it is sent in several. */
const longClipSeconds = 120;

describeWithS3('assay up over S3', () => {
  let folder: string;
  let s3: TestS3;
  let redis: TestRedis;
  let env: Record<string, string>;
  const mark = `assay-mark-${process.pid}-s3`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-s3-e2e-'));
    [s3, redis] = await Promise.all([startS3(), startRedis()]);
    env = {
      ...markedEnv(mark),
      REDIS_URL: redis.url,
      ...s3Settings(s3),
      ASSAY_DRAIN_SECONDS: '0',
      TMPDIR: await mkdtemp(join(folder, 'tmp-')),
    };
  }, s3StartTimeoutMs);
  afterAll(async () => {
    await Promise.all([s3?.close(), redis?.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  const start = (): Promise<Service> => startService(join(folder, 'data'), env);
  /** All that the server keeps, parts of uploads included, but for the API's own keys and its audit log. */
  const stored = async (): Promise<string[]> =>
    (await s3.everything()).filter((name) => !/^[^/]+\/(keys|keys-used|audit)\//.test(name));

  it('gives the verdict of `assay scan` with its evidence, keeps it in the bucket, and forgets it all', async () => {
    const first = await start();
    let media: string;
    let scan: string;
    let verdict: Verdict;
    try {
      ({ media, scan } = await first.submit(faceClip('swapped-a.mp4')));
      await first.untilScan(scan, ({ state }) => state === 'done');
      verdict = Verdict.parse(await (await first.request(`/v1/scans/${scan}/verdict`)).json());
    } finally {
      expect(await first.end('SIGINT')).toBe(130);
    }
    expect(processesWith(mark)).toEqual([]);
    expect(await readdir(join(folder, 'data'))).toEqual(['admin-key', 'signing-key.pem']);
    const [alone] = verdictsOf(await assay(['scan', faceClip('swapped-a.mp4'), '--json', '--no-out'], folder));
    expect(lasting(verdict)).toEqual(lasting(alone));
    const kept = [`media/${media}`, `scans/${scan}/verdict.json`].map((key) => `${s3.bucket}/${key}`);
    expect(await stored()).toEqual(expect.arrayContaining(kept));

    const second = await start();
    try {
      expect(Verdict.parse(await (await second.request(`/v1/scans/${scan}/verdict`)).json())).toEqual(verdict);
      const pictures = verdict.tracks.flatMap(({ evidence }) =>
        evidence.flatMap(({ crop, overlay }) => [crop, overlay]),
      );
      const names = [...pictures, verdict.timelinePlot].filter((name) => name !== null);
      expect(names.length).toBeGreaterThan(1);
      for (const name of names) {
        const evidence = await second.request(`/v1/scans/${scan}/evidence/${name}`);
        expect([name, evidence.status, (await evidence.arrayBuffer()).byteLength > 0]).toEqual([name, 200, true]);
      }
      expect((await second.request(`/v1/media/${media}`, { method: 'DELETE' })).status).toBe(204);
      expect(await stored()).toEqual([]);
      expect((await second.request(`/v1/scans/${scan}`)).status).toBe(404);
      expect((await second.request(`/v1/scans/${scan}/evidence/${names[0]}`)).status).toBe(404);
    } finally {
      expect(await second.end('SIGINT')).toBe(130);
    }
  });

  it('a deletion in the middle of a scan leaves nothing either', async () => {
    const clip = await makeLongFaceClip(join(folder, 'long.mp4'), longClipSeconds);
    const service = await start();
    try {
      const { media, scan } = await service.submit(clip);
      await service.untilScan(scan, ({ stage }) => stage === 'look');
      expect((await service.request(`/v1/media/${media}`, { method: 'DELETE' })).status).toBe(204);
      // The worker has heard of it when it takes the next scan to its end.
      const next = await service.submit(faceClip('still.jpg'));
      await service.untilScan(next.scan, ({ state }) => state === 'done');
      expect((await service.request(`/v1/media/${next.media}`, { method: 'DELETE' })).status).toBe(204);
      // Who was just publishing it takes back what was written behind the deletion.
      while ((await stored()).length > 0) await sleep(50);
    } finally {
      expect(await service.end('SIGINT')).toBe(130);
    }
    expect(await readdir(env['TMPDIR'] ?? '')).toEqual([]);
    expect(processesWith(mark)).toEqual([]);
  });
});

/** What has to be the same for the same bytes, models and policy: all but ids, times and costs. */
function lasting(verdict: Verdict | undefined): Record<string, unknown> {
  const volatile: readonly string[] = volatileVerdictKeys;
  return Object.fromEntries(Object.entries(verdict ?? {}).filter(([key]) => !volatile.includes(key)));
}
