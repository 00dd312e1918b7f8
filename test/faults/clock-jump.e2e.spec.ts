import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Verdict } from '@assay/contracts';
import { type Service, startService, verdictFiles } from '../support/assay-cli';
import { makeLongFaceClip } from '../support/clips';
import { canJump, openJumpingClock } from '../support/jumping-clock';

/**
 * Invariants, when the clock of the whole machine (API, worker, Redis) jumps by hours in the middle of a scan, as after a suspended
 * virtual machine or a corrected clock: the scan ends once, with a verdict that saw everything, and the service works on afterwards.
 */
/** Processes start and load models here, on machines that may be busy. */
jest.setTimeout(240_000);

const jumpSeconds = 3 * 3600;
if (!canJump()) console.warn('Skipped: clock jumps need Linux and a C compiler.');

(canJump() ? describe : describe.skip)('a clock that jumps in the middle of a scan', () => {
  let folder: string;
  let clip: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-clock-'));
    clip = await makeLongFaceClip(join(folder, 'long.mp4'), 60);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['forward', 0, jumpSeconds],
    ['back', jumpSeconds, 0],
  ])('%s by hours: one verdict, and the next scan works too', async (name, before, after) => {
    const dataDir = join(folder, name);
    const clock = openJumpingClock(folder, before);
    const service = await startService(dataDir, clock.env);
    try {
      expect(await secondsAhead(service)).toBeCloseTo(before, -1);
      const { scan } = await service.submit(clip);
      await service.untilScan(scan, ({ stage }) => stage === 'look');
      clock.set(after);
      await service.untilScan(scan, ({ state }) => state === 'done');
      expect(await secondsAhead(service)).toBeCloseTo(after, -1);
      const verdict = Verdict.parse(await (await service.request(`/v1/scans/${scan}/verdict`)).json());
      expect(verdict.reasons.map(({ code }) => code)).not.toContain('partly_unreadable');
      expect(await verdictFiles(dataDir)).toHaveLength(1);

      const more = await makeLongFaceClip(join(folder, `next-${after}.mp4`), 3);
      const next = await service.submit(more);
      await service.untilScan(next.scan, ({ state }) => state === 'done');
    } finally {
      expect(await service.end('SIGINT')).toBe(130);
    }
  });
});

/** By how much the service's own clock is ahead. */
async function secondsAhead(service: Service): Promise<number> {
  const answer = await service.request('/v1/health/ready');
  return (Date.parse(answer.headers.get('date') ?? '') - Date.now()) / 1000;
}
