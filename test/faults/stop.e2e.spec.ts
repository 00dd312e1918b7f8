import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Verdict } from '@assay/contracts';
import { assay, markedEnv, processesWith, startService, untilNoProcessWith, verdictFiles } from '../support/assay-cli';
import { makeLongFaceClip } from '../support/clips';

/**
 * Invariants, however the service ends while a scan runs:
 * - no process of it is left: no Redis, no worker, no ffmpeg;
 * - the next start on the same data finishes the scan by itself;
 * - there is one verdict.
 */
/** Processes start and load models here, on machines that may be busy. */
jest.setTimeout(240_000);

describe('assay up, stopped in the middle of a scan', () => {
  let folder: string;
  let clip: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-stop-'));
    clip = await makeLongFaceClip(join(folder, 'long.mp4'), 60);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['Ctrl-C', 'SIGINT', 130],
    ['kill -9', 'SIGKILL', null],
  ] as const)('%s: nothing stays behind, and the next start finishes the scan', async (name, signal, code) => {
    const dataDir = join(folder, signal);
    const mark = `assay-mark-${process.pid}-${signal}`;
    // No time to drain: the running look has to be given up and taken up again.
    const env = { ...markedEnv(mark), ASSAY_DRAIN_SECONDS: '0' };

    const first = await startService(dataDir, env);
    const { scan } = await first.submit(clip);
    await first.untilScan(scan, ({ stage }) => stage === 'look');
    expect(processesWith(mark).length).toBeGreaterThanOrEqual(process.platform === 'linux' ? 3 : 0);
    expect(await first.end(signal)).toBe(code);
    if (signal === 'SIGINT') expect(processesWith(mark)).toEqual([]);
    else await untilNoProcessWith(mark);
    expect(await verdictFiles(dataDir)).toEqual([]);

    const second = await startService(dataDir, env);
    try {
      await second.untilScan(scan, ({ state }) => state === 'done');
      const answer = await second.request(`/v1/scans/${scan}/verdict`);
      expect(Verdict.parse(await answer.json()).scan).toBe(scan);
    } finally {
      expect(await second.end('SIGINT')).toBe(130);
    }
    expect(await verdictFiles(dataDir)).toHaveLength(1);
    expect(processesWith(mark)).toEqual([]);
  });

  it('refuses a second service on the same data folder, which goes on undisturbed', async () => {
    const dataDir = join(folder, 'shared');
    const service = await startService(dataDir);
    try {
      const second = await assay(['up', '--port', '0', '--data', dataDir], folder);
      expect(second.code).toBe(1);
      expect(second.stderr).toMatch(/^assay: The data folder .* is in use by process \d+/);
      expect((await service.request('/v1/health/ready')).status).toBe(200);
    } finally {
      await service.end('SIGINT');
    }
  });
});
