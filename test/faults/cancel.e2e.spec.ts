/**
 * Invariants, with a real worker process: a scan that is cancelled over the API in the middle of a look leaves no ffmpeg,
 * no job and no verdict; the worker goes on with other work; asked for again, the scan ends with its verdict.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openQueues, type ScanQueues } from '@assay/pipeline';
import { apiChecker } from '../../apps/api/testing/api-checker';
import { startTestApi, type TestApi } from '../support/api';
import { markedEnv, processesWith } from '../support/assay-cli';
import { makeLongFaceClip } from '../support/clips';

/** A worker starts and loads models here, on machines that may be busy. */
jest.setTimeout(240_000);

const pollMs = 20;
/** Long enough that a look is still under way when it is cancelled. */
const clipSeconds = 90;
const mark = `assay-mark-${process.pid}-cancel`;

let folder: string;
let api: TestApi;
let queues: ScanQueues;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-cancel-'));
  api = await startTestApi({ ...markedEnv(mark), ASSAY_INFERENCE_THREADS: '1' });
  queues = await openQueues({ redisUrl: api.redisPath });
});
afterAll(async () => {
  await queues?.close();
  await api?.close();
  await rm(folder, { recursive: true, force: true });
});

const decoders = () => processesWith(mark).filter((line) => / \S*ffmpeg /.test(line));
const jobsLeft = async (): Promise<number> => {
  const counts = await Promise.all([queues.plan, queues.look, queues.judge].map((queue) => queue.getJobCounts()));
  return counts.flatMap((count) => Object.values(count)).reduce((sum, jobs) => sum + jobs, 0);
};

async function eventually(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await sleep(pollMs);
}

it('stops a look that runs in another process, and the scan can be asked for again', async () => {
  const description = await apiChecker(api.url);
  const clip = await makeLongFaceClip(join(folder, 'long.mp4'), clipSeconds);
  const media = await api.client.uploadMedia(new Blob([new Uint8Array(await readFile(clip))]));
  await api.startWorker();
  const { id } = await api.client.createScan({ media: media.id });
  const linux = process.platform === 'linux';
  await eventually(async () => (await api.client.getScan(id)).stage === 'look' && (!linux || decoders().length > 0));

  const answer = await api.ask(`/v1/scans/${id}/cancel`, { method: 'POST' });
  expect(answer.status).toBe(200);
  await description.check('POST', '/v1/scans/{scan}/cancel', answer);
  await eventually(async () => decoders().length === 0 && (await jobsLeft()) === 0);
  expect(await api.client.getScan(id)).toMatchObject({ state: 'cancelled', verdict: null });
  expect((await api.stored()).filter((key) => /^open\/|verdict\.json$|segments\//.test(key))).toEqual([]);
  expect((await api.client.cancelScan(id)).state).toBe('cancelled');
  await expect(api.client.getVerdict(id)).rejects.toMatchObject({ code: 'no-verdict' });

  expect(await api.client.createScan({ media: media.id })).toMatchObject({ id, state: 'queued' });
  expect(await api.client.waitForVerdict(id)).toMatchObject({ scan: id });
  await eventually(async () => (await api.client.getScan(id)).state === 'done');
  const refused = await api.ask(`/v1/scans/${id}/cancel`, { method: 'POST' });
  expect(await refused.json()).toMatchObject({ status: 409, type: 'urn:problem-type:assay:scan-ended' });
  expect(await api.client.getScan(id)).toMatchObject({ state: 'done' });
  await eventually(async () => (await jobsLeft()) === 0);
});

it('says that there is no such scan', async () => {
  const response = await api.ask(`/v1/scans/sc_${'0'.repeat(32)}/cancel`, { method: 'POST' });
  expect(await response.json()).toMatchObject({ status: 404, type: 'urn:problem-type:assay:scan-not-found' });
});
