/**
 * Invariants of the command line: what `fingerprint` writes `match` reads; a re-encoded excerpt is known, with its place in
 * the original; another video is not; text is vPDQ's.
 */
import { writeFile } from 'node:fs/promises';
import { parseVideoHash } from '@assay/fingerprint';
import { ffmpeg, mediaFolder } from '../media/make-media';
import { assay } from '../support/assay-cli';

/** Bounds a hang; how long it takes is the machine's. */
jest.setTimeout(240_000);

let folder: Awaited<ReturnType<typeof mediaFolder>>;
let root: string;
beforeAll(async () => {
  folder = await mediaFolder();
  root = folder.path('.');
  const zoom = 'mandelbrot=s=480x270:r=12:start_scale=2:end_scale=0.001:end_pts=96';
  const fast = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
  await ffmpeg('-f', 'lavfi', '-i', zoom, '-t', '8', ...fast, folder.path('original.mp4'));
  await ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=480x270:r=12', '-t', '4', ...fast, folder.path('other.mp4'));
  const cut = ['-ss', '3', '-t', '4', '-i', folder.path('original.mp4')];
  await ffmpeg(...cut, '-vf', 'scale=320:180', ...fast, '-crf', '35', folder.path('excerpt.mp4'));
});
afterAll(() => folder.remove());

test.each(['csv', 'json'])('an excerpt is known by a %s list', async (format) => {
  const list = await assay(['fingerprint', 'original.mp4', 'other.mp4', `--${format}`], root);
  expect(list.code).toBe(0);
  await writeFile(folder.path(`list.${format}`), list.stdout);
  const found = await assay(['match', 'excerpt.mp4', '--against', `list.${format}`, '--json'], root);
  expect(found.code).toBe(0);
  const { matches } = JSON.parse(found.stdout);
  expect(matches).toHaveLength(1);
  expect(matches[0]).toMatchObject({ name: 'original.mp4', type: 'vpdq', known: true });
  expect(matches[0].frames[0]).toMatchObject({ seconds: 0, knownSeconds: 3 });
});

test('the same bytes are told, and a stranger is told too', async () => {
  const list = await assay(['fingerprint', 'other.mp4', '--csv'], root);
  await writeFile(folder.path('other.csv'), list.stdout);
  expect((await assay(['match', 'other.mp4', '--against', 'other.csv'], root)).stdout).toContain('the same bytes');
  const stranger = await assay(['match', 'excerpt.mp4', '--against', 'other.csv'], root);
  expect(stranger).toMatchObject({ code: 0, stdout: 'nothing of 2 signals is in it\n' });
});

test('the text of one file is that of vPDQ', async () => {
  const { stdout } = await assay(['fingerprint', 'original.mp4', '--every', '2'], root);
  expect(parseVideoHash(stdout).map(({ frame, seconds }) => [frame, seconds])).toEqual([
    [0, 0],
    [24, 2],
    [48, 4],
    [72, 6],
  ]);
});

test('no media, no list: each has its exit code and one line', async () => {
  await writeFile(folder.path('text.txt'), 'hello');
  expect(await assay(['fingerprint', 'text.txt'], root)).toMatchObject({ code: 3, stdout: '' });
  expect(await assay(['match', 'original.mp4', '--against', 'absent.csv'], root)).toMatchObject({
    code: 2,
    stdout: '',
  });
});
