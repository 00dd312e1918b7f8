import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from '@assay/contracts';
import { ffmpeg, hostile } from '../media/make-media';
import { assay, markedEnv, processesWith, startService, verdictsOf, type Finished } from '../support/assay-cli';
import { faceClip, makeCrowd } from '../support/clips';

/** Dozens of media files are made and scanned here, on machines that may be busy. */
jest.setTimeout(300_000);

/**
 * Invariants for media that is broken, lies or is built to hurt: every item gets a verdict or a typed rejection with a
 * sentence for a person, in its place; the others are not affected; no process and no file stays behind, neither in the
 * temporary folder nor in the user's home.
 */
describe('hostile media', () => {
  let folder: string;
  let finished: Finished;
  let byFile: Map<string, Verdict>;
  const mark = `assay-mark-${process.pid}-hostile`;
  const inFolder = (name: string): string => join(folder, name);
  const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-hostile-'));
    await hostile.empty(inFolder('empty.mp4'));
    await hostile.text(inFolder('text.mp4'));
    await hostile.randomBytes(inFolder('random.mp4'));
    await hostile.hlsPlaylist(inFolder('playlist.mp4'), inFolder('face.mp4'));
    await hostile.audioOnly(inFolder('audio.mp4'));
    await hostile.onePixel(inFolder('pixel.png'));
    await hostile.huge(inFolder('huge.png'), 16_000);
    await hostile.noFrames(inFolder('no-frames.avi'));
    await hostile.truncated(inFolder('truncated.mp4'), faceClip(), 0.5);
    await hostile.scribbled(inFolder('scribbled.mp4'), faceClip(), 0.5, 0.6);
    await ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=10:d=2', ...h264, inFolder('no-face.mp4'));
    await makeCrowd(inFolder('crowd.mp4'), 8, 5);
    const files = (await readdir(folder)).sort().map(inFolder);
    const args = [
      'scan',
      ...files,
      inFolder('missing.mp4'),
      'http://127.0.0.1/x.mp4',
      faceClip(),
      '--json',
      '--no-out',
    ];
    const places = { TMPDIR: await mkdtemp(inFolder('tmp-')), HOME: await mkdtemp(inFolder('home-')) };
    finished = await assay(args, folder, { ...markedEnv(mark), ...places });
    byFile = new Map(verdictsOf(finished).map((verdict) => [verdict.file ?? '', verdict]));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['empty.mp4', ['empty_file']],
    ['text.mp4', ['not_media', 'unsupported_container']],
    ['random.mp4', ['not_media', 'unsupported_container', 'corrupt']],
    ['playlist.mp4', ['not_media', 'unsupported_container']],
    ['audio.mp4', ['no_video_stream']],
    ['pixel.png', ['too_small_picture']],
    ['huge.png', ['too_many_pixels']],
    ['no-frames.avi', ['no_frames', 'corrupt']],
    ['missing.mp4', ['not_found']],
    ['x.mp4', ['url_refused']],
  ])('%s is rejected: %j', (file, codes) => {
    const verdict = byFile.get(file);
    expect(codes).toContain(verdict?.rejection?.code);
    expect(verdict?.rejection?.message).toMatch(/^[A-Z].{10,}\.$/);
    expect(verdict?.rejection?.message).not.toContain(folder);
  });

  it('a file that ends in its middle is judged on what is there, and says so', () => {
    expect(byFile.get('truncated.mp4')?.reasons.map(({ code }) => code)).toContain('partly_unreadable');
  });

  it('a file with noise in its middle gets an answer on what decodes, or a typed end', () => {
    const verdict = byFile.get('scribbled.mp4');
    expect(verdict?.rejection?.code ?? verdict?.tracks.length).toBeTruthy();
  });

  it('a clip without a face gets no answer, with that reason', () => {
    const verdict = byFile.get('no-face.mp4');
    expect(verdict?.verdict).toBe('inconclusive');
    expect(verdict?.reasons.map(({ code }) => code)).toContain('no_face');
  });

  it('a crowd of 40 is looked at within bounds', () => {
    const verdict = byFile.get('crowd.mp4');
    expect(verdict?.verdict).not.toBe('rejected');
    // Copies of one face that does not turn away: most are found, and none is found twice.
    expect(verdict?.tracks.length).toBeGreaterThanOrEqual(30);
    expect(verdict?.tracks.length).toBeLessThanOrEqual(44);
  });

  it('the whole clip among them is judged as if it were alone, and the run says that some were rejected', () => {
    expect(byFile.get('real-a.mp4')?.probability).not.toBeNull();
    expect(finished.code).toBe(3);
    expect(finished.stderr).toBe('');
    expect(byFile.size).toBe(15);
  });

  it('nothing stays behind', async () => {
    expect(processesWith(mark)).toEqual([]);
    // Nor what libraries leave on their own: logs of theirs, an id of this machine.
    const places = (await readdir(folder)).filter((name) => /^(tmp|home)-/.test(name));
    expect(places).toHaveLength(2);
    for (const place of places) expect(await readdir(inFolder(place))).toEqual([]);
  });

  it('the service types the same ends, loses nothing and stays up', async () => {
    const service = await startService(inFolder('data'), { ...markedEnv(mark) });
    try {
      for (const [file, codes] of [
        ['random.mp4', ['not_media', 'unsupported_container', 'corrupt']],
        ['huge.png', ['too_many_pixels']],
      ] as const) {
        const { scan } = await service.submit(inFolder(file));
        await service.untilScan(scan, ({ state }) => state === 'done');
        const verdict = (await (await service.request(`/v1/scans/${scan}/verdict`)).json()) as Verdict;
        expect(codes).toContain(verdict.rejection?.code);
      }
      const empty = new FormData();
      empty.set('file', new Blob([]), 'empty.mp4');
      const refused = await service.request('/v1/media', { method: 'POST', body: empty });
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect(refused.status).toBeLessThan(500);
      expect((await service.request('/v1/health/ready')).status).toBe(200);
    } finally {
      await service.end('SIGINT');
    }
    expect(processesWith(mark)).toEqual([]);
  });
});
