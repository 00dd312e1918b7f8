/**
 * Invariants, with a real worker process: a Redis that loses everything in the middle of several scans costs none of
 * them. After `assay reindex` every scan is listed and answered as before, ends, and has one verdict.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultPolicy, type ScanEvent } from '@assay/contracts';
import { createRedisIndex } from '@assay/storage';
import { Redis } from 'ioredis';
import { makeClip } from '../../apps/worker/src/testing/test-clip';
import { startTestApi, type TestApi } from '../support/api';
import { assay } from '../support/assay-cli';
import { untilClosed } from '../support/scans-under-faults';

/** Workers start, load models and decode here, on machines that may be busy. */
jest.setTimeout(240_000);

const pollMs = 50;
/** Short enough that a clip of some seconds has several segments. */
const segmentSeconds = 4;

let folder: string;
let api: TestApi;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-reindex-'));
  const policies = join(folder, 'policies.json');
  const policy = { ...defaultPolicy, frames: { ...defaultPolicy.frames, segmentSeconds } };
  await writeFile(policies, JSON.stringify([policy]));
  api = await startTestApi({ ASSAY_POLICIES_FILE: policies, ASSAY_INFERENCE_THREADS: '1' });
});
afterAll(async () => {
  await api?.close();
  await rm(folder, { recursive: true, force: true });
});

async function clipOf(seconds: number): Promise<string> {
  const path = join(folder, `${seconds}.mp4`);
  await makeClip(path, seconds);
  return path;
}

async function submit(path: string): Promise<string> {
  const media = await api.client.uploadMedia(new Blob([new Uint8Array(await readFile(path))]));
  return (await api.client.createScan({ media: media.id })).id;
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(pollMs);
}

const isDone = async (scan: string) => (await api.client.getScan(scan)).state === 'done';
const reindexed = () => assay(['reindex', '--json'], folder, { REDIS_URL: api.redisPath, ASSAY_DATA_DIR: api.dataDir });

it('a Redis that lost everything under load costs no scan', async () => {
  await api.startWorker();
  const finished = await submit(await clipOf(5));
  await eventually(() => isDone(finished));
  const before = await api.client.getScan(finished);

  // Long enough, and made before, so that the first is not done when the last is asked for.
  const clips = [await clipOf(41), await clipOf(42), await clipOf(43)];
  const index = createRedisIndex({ url: api.redisPath });
  const ends: ScanEvent[] = [];
  const running: string[] = [];
  for (const clip of clips) {
    const scan = await submit(clip);
    await index.subscribe(scan, (event) => event.state === 'done' && ends.push(event));
    running.push(scan);
  }
  const scans = [...running].reverse().concat(finished);
  expect((await api.client.listScans()).scans.map(({ id }) => id)).toEqual(scans);
  await eventually(async () => (await api.client.getScan(running[0] ?? '')).segmentsDone > 0);

  const raw = new Redis(api.redisPath);
  await raw.flushall();
  raw.disconnect();
  // On a fast machine one may be done by now, but not all of them.
  expect(ends.length).toBeLessThan(running.length);

  const first = await reindexed();
  expect({ code: first.code, ...JSON.parse(first.stdout) }).toMatchObject({
    code: 0,
    scans: 4,
    gone: 0,
    unreadable: [],
  });
  expect((await api.client.listScans()).scans.map(({ id }) => id)).toEqual(scans);
  expect(await api.client.getScan(finished)).toEqual(before);

  for (const scan of running) await eventually(() => isDone(scan));
  await eventually(async () => ends.length >= running.length);
  expect(ends.map(({ scan }) => scan).sort()).toEqual([...running].sort());
  await index.close();
  for (const scan of running) {
    expect(await api.client.getVerdict(scan)).toMatchObject({
      scan,
      verdict: 'inconclusive',
      reasons: [{ code: 'no_face' }],
    });
  }
  await untilClosed(api);

  const again = await reindexed();
  expect(JSON.parse(again.stdout)).toMatchObject({ scans: 4, created: 0, replaced: 0, kept: 4 });
});

it('says in one line that there is no service to work on', async () => {
  const { code, stdout, stderr } = await assay(['reindex', '--data', join(folder, 'none')], folder);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^assay: No service runs on .*\n$/);
});
