import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Verdict } from '@assay/contracts';
import {
  engineOf,
  markedEnv,
  parentOf,
  type Service,
  startService,
  workersWith,
  verdictFiles,
} from '../support/assay-cli';
import { faceClip, makeLongFaceClip } from '../support/clips';

/**
 * Invariants, when a process does not come round for longer than its job locks last:
 * - its work is done by another one, and there is one verdict;
 * - it wakes up, changes nothing that is settled, and goes on working;
 * - where it is the engine of a worker, the job stays its own, whose lock another process holds;
 * - a blocked API answers late, or that it was too late for an answer (503), and loses nothing.
 */
/** Processes start and load models here, on machines that may be busy. */
jest.setTimeout(240_000);

/** Longer than a lock (15 s) and the search for lost ones (5 s) together. */
const blockMs = 30_000;
const pollMs = 50;
const mark = `assay-mark-${process.pid}-blocked`;

(process.platform === 'linux' ? describe : describe.skip)('a blocked event loop', () => {
  let folder: string;
  let clip: string;
  let service: Service;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-blocked-'));
    clip = await makeLongFaceClip(join(folder, 'long.mp4'), 60);
    const env = {
      ...markedEnv(mark),
      ASSAY_TEST_BLOCK_MS: String(blockMs),
      NODE_OPTIONS: `--require ${resolve(__dirname, 'block-loop.cjs')}`,
    };
    service = await startService(join(folder, 'data'), env, { workers: 2 });
  });
  afterAll(async () => {
    await service?.end('SIGINT');
    await rm(folder, { recursive: true, force: true });
  });

  it('of a worker: another one does its work, and it changes nothing when it wakes up', async () => {
    const { scan } = await service.submit(clip);
    await service.untilScan(scan, ({ stage }) => stage === 'look');
    const [blocked] = workersWith(mark);
    const blockedAt = Date.now();
    process.kill(blocked!, 'SIGUSR2');
    await service.untilScan(scan, ({ state }) => state === 'done');
    const verdict = await verdictOf(service, scan);
    expect(verdict.reasons.map(({ code }) => code)).not.toContain('partly_unreadable');

    // Until it has woken up and done what it still wants to do.
    await sleep(Math.max(0, blockedAt + blockMs + 5_000 - Date.now()));
    expect(workersWith(mark)).toContain(blocked);
    expect(await verdictOf(service, scan)).toEqual(verdict);
    expect(await verdictFiles(join(folder, 'data'))).toHaveLength(1);

    const more = await Promise.all([service.submit(faceClip()), service.submit(faceClip('swapped-a.mp4'))]);
    for (const next of more) await service.untilScan(next.scan, ({ state }) => state === 'done');
  });

  it('of an engine: its worker keeps the job, and it goes on when it wakes up', async () => {
    const { scan } = await service.submit(faceClip('cut.mkv'));
    await service.untilScan(scan, ({ stage }) => stage === 'look');
    const [worker] = workersWith(mark);
    const engine = engineOf(worker!, mark);
    const blockedAt = Date.now();
    process.kill(engine!, 'SIGUSR2');
    await service.untilScan(scan, ({ state }) => state === 'done');
    await sleep(Math.max(0, blockedAt + blockMs + 2_000 - Date.now()));
    expect(engineOf(worker!, mark)).toBe(engine);
    expect((await verdictOf(service, scan)).reasons.map(({ code }) => code)).not.toContain('partly_unreadable');
  });

  it('of the API: what it was asked meanwhile is answered late, and the scan goes on', async () => {
    const { scan } = await service.submit(faceClip('two-people.webm'));
    const [api] = workersWith(mark).map(parentOf);
    process.kill(api!, 'SIGUSR2');
    const asked = Date.now();
    const told = new Set<number>();
    for (let state = ''; state !== 'done'; await sleep(pollMs)) {
      const answer = await service.request(`/v1/scans/${scan}`);
      told.add(answer.status);
      const { state: reached } = (await answer.json()) as { state?: string };
      state = reached ?? '';
      expect(state).not.toBe('failed');
    }
    // What Redis had answered while nobody listened counts as not answered, where its time ran out meanwhile.
    expect([...told].filter((status) => status !== 503)).toEqual([200]);
    expect(Date.now() - asked).toBeGreaterThan(blockMs / 2);
    expect((await verdictOf(service, scan)).scan).toBe(scan);
  });
});

async function verdictOf(service: Service, scan: string): Promise<Verdict> {
  return Verdict.parse(await (await service.request(`/v1/scans/${scan}/verdict`)).json());
}
