/**
 * `assay up` on a disk that fills up in the middle of a scan: store, Redis and keys lie on it. Invariants:
 * - what cannot be kept is refused as `insufficient-storage` (507), and nothing of it stays; what is there can be read;
 * - no process ends, and no scan fails: with room again the running one goes on by itself, and new ones are taken;
 * - every object of the store is whole.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem, Verdict } from '@assay/contracts';
import { markedEnv, processesWith, type Service, startService, untilNoProcessWith } from '../support/assay-cli';
import { faceClip, makeLongFaceClip } from '../support/clips';
import { filesUnder } from '../support/files-under';
import { mountSmallDisk } from '../support/small-disk';

/** Processes start and load models here, on machines that may be busy. */
jest.setTimeout(300_000);

const diskMegabytes = 64;
/** Long enough that a look is still under way when the disk is full. */
const clipSeconds = 90;
const mark = `assay-mark-${process.pid}-disk`;

const disk = mountSmallDisk(diskMegabytes);
if (!disk) console.warn('SKIPPED: a small disk cannot be mounted here (Linux, root). Nothing was tried on a full one.');

(disk ? describe : describe.skip)('a disk that is full', () => {
  const room = disk as NonNullable<typeof disk>;
  const dataDir = join(room?.path ?? '', 'data');
  let service: Service;
  let clip: string;
  beforeAll(async () => {
    clip = await makeLongFaceClip(join(room.path, 'long.mp4'), clipSeconds);
    service = await startService(dataDir, markedEnv(mark));
  });
  afterAll(async () => {
    await service?.end('SIGKILL');
    await untilNoProcessWith(mark);
    room.remove();
  });

  const files = async (): Promise<string[]> => {
    const root = join(dataDir, 'store');
    return (await filesUnder(root)).map((path) => join(root, path));
  };
  const decoders = (): string[] => processesWith(mark).filter((line) => / \S*ffmpeg /.test(line));
  const uploadStill = async (): Promise<Response> => {
    const headers = { 'content-type': 'image/jpeg' };
    return service.request('/v1/media', { method: 'POST', headers, body: await readFile(faceClip('still.jpg')) });
  };
  const expectFull = async (response: Response): Promise<void> => {
    const problem = Problem.parse(await response.json());
    expect(problem).toMatchObject({ status: 507, type: 'urn:problem-type:assay:insufficient-storage' });
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  };

  it('refuses what it cannot keep, stays up, and goes on when there is room', async () => {
    const running = await service.submit(clip);
    await service.untilScan(running.scan, ({ stage }) => stage === 'look');
    const before = processesWith(mark).filter((line) => /main\.js/.test(line)).length;
    await room.fill();

    const media = (await files()).filter((path) => /\/media\//.test(path)).length;
    await expectFull(await uploadStill());
    await expectFull(
      await service.request('/v1/uploads', {
        method: 'POST',
        headers: { 'tus-resumable': '1.0.0', 'upload-length': '1000' },
      }),
    );
    expect((await files()).filter((path) => /\/media\//.test(path))).toHaveLength(media);
    expect((await files()).filter((path) => /\/resumable\//.test(path))).toEqual([]);
    expect((await service.request('/v1/health/live')).status).toBe(200);
    expect((await service.request('/v1/health/ready')).status).toBe(503);
    expect((await service.request(`/v1/media/${running.media}`)).status).toBe(200);
    // The look ends, by itself or as Redis does not renew its lock, and nothing that it found can be kept.
    while (decoders().length > 0 || !/MISCONF/.test(service.log())) await sleep(50);
    expect((await service.scan(running.scan)).state).not.toBe('failed');
    expect(processesWith(mark).filter((line) => /main\.js/.test(line))).toHaveLength(before);

    room.free();
    while ((await service.request('/v1/health/ready')).status !== 200) await sleep(50);
    expect((await uploadStill()).status).toBe(201);
    const next = await service.submit(faceClip('still.jpg'));
    for (const { scan } of [running, next]) {
      await service.untilScan(scan, ({ state }) => state === 'done');
      const verdict = Verdict.parse(await (await service.request(`/v1/scans/${scan}/verdict`)).json());
      expect(verdict.verdict).not.toBe('rejected');
      expect(verdict.reasons.map(({ code }) => code)).not.toContain('partly_unreadable');
    }

    for (const path of await files()) {
      if (/\.json$/.test(path)) expect([path, isJson(await readFile(path, 'utf8'))]).toEqual([path, true]);
      const id = /\/media\/([0-9a-f]{64})$/.exec(path)?.[1];
      if (id)
        expect(
          createHash('sha256')
            .update(await readFile(path))
            .digest('hex'),
        ).toBe(id);
    }
    // What is just being written has a temporary name, too: nothing may keep one.
    while ((await files()).some((path) => /\/(\.tmp|uploads)\//.test(path))) await sleep(50);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
