/**
 * Invariants: a video has one hash a second, at the true times; what a platform does to it - another size, codec, quality
 * or container, a stored rotation - leaves the hashes within the match distance; damage and abort end cleanly.
 */
import { truncate } from 'node:fs/promises';
import { distance, matchDistance, matchVideos, minQuality } from '@assay/fingerprint';
import { ffmpeg, hostile, mediaFolder } from '../../../test/media/make-media';
import { type Fingerprint, fingerprintMedia, type FingerprintOptions } from './fingerprint-media';

const signal = new AbortController().signal;
let folder: Awaited<ReturnType<typeof mediaFolder>>;
const clip = () => folder.path('clip.mp4');
beforeAll(async () => {
  folder = await mediaFolder();
  await ffmpeg(
    ...['-f', 'lavfi', '-i', 'mandelbrot=s=640x360:r=25:start_scale=2:end_scale=0.01:end_pts=100', '-t', '4.2'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', clip()],
  );
});
afterAll(() => folder.remove());

async function fingerprint(path: string, options: FingerprintOptions = {}): Promise<Fingerprint> {
  const outcome = await fingerprintMedia(path, options, signal);
  if (!outcome.ok) throw new Error(outcome.rejection.message);
  return outcome.value;
}

test('a video has a hash for each second, the first frame included', async () => {
  const { frames, error, kind } = await fingerprint(clip());
  expect(kind).toBe('video');
  expect(error).toBeNull();
  expect(frames.map(({ frame }) => frame)).toEqual([0, 25, 50, 75, 100]);
  expect(frames.map(({ seconds }) => seconds)).toEqual([0, 1, 2, 3, 4]);
  expect(Math.min(...frames.map(({ quality }) => quality))).toBeGreaterThanOrEqual(minQuality);
  expect((await fingerprint(clip(), { secondsPerHash: 2 })).frames.map(({ frame }) => frame)).toEqual([0, 50, 100]);
});

test.each([
  ['smaller and coarser', ['-vf', 'scale=320:180', '-c:v', 'libx264', '-crf', '38'], 'small.mp4'],
  [
    'larger, VP8',
    ['-vf', 'scale=960:540', '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '1M'],
    'large.webm',
  ],
  ['with pixels that are not square', ['-vf', 'scale=320:360,setsar=2', '-c:v', 'libx264', '-crf', '25'], 'wide.mp4'],
  ['full range', ['-vf', 'scale=out_range=full', '-c:v', 'mjpeg', '-q:v', '5', '-pix_fmt', 'yuvj420p'], 'full.avi'],
])('%s is the same video', async (_, encode, name) => {
  await ffmpeg('-i', clip(), ...encode, folder.path(name));
  const [base, changed] = [await fingerprint(clip()), await fingerprint(folder.path(name))];
  expect(matchVideos(changed.frames, base.frames)).toEqual({ queryShare: 1, comparedShare: 1 });
});

test('a video that is stored turned is hashed upright', async () => {
  await ffmpeg(
    '-i',
    clip(),
    '-vf',
    'transpose=clock',
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-crf',
    '12',
    folder.path('side.mp4'),
  );
  const rotated = await hostile.rotated(folder.path('turned.mp4'), folder.path('side.mp4'), 270);
  const [base, turned] = [await fingerprint(clip()), await fingerprint(rotated)];
  expect(matchVideos(turned.frames, base.frames).queryShare).toBe(1);
});

test('a still taken from the video has the hash of that frame', async () => {
  await ffmpeg('-ss', '2', '-i', clip(), '-frames:v', '1', folder.path('still.png'));
  const [base, still] = [await fingerprint(clip()), await fingerprint(folder.path('still.png'))];
  expect(still).toMatchObject({ kind: 'still', durationSeconds: 0, frames: [{ frame: 0, seconds: 0 }] });
  expect(distance(still.frames[0]!.hash, base.frames[2]!.hash)).toBeLessThanOrEqual(matchDistance);
});

test('a picture of 4K is brought down and has the hash of the small one', async () => {
  await ffmpeg('-ss', '2', '-i', clip(), '-frames:v', '1', '-vf', 'scale=3840:2160', folder.path('4k.jpg'));
  const [base, large] = [await fingerprint(clip()), await fingerprint(folder.path('4k.jpg'))];
  expect(distance(large.frames[0]!.hash, base.frames[2]!.hash)).toBeLessThanOrEqual(matchDistance);
});

test('a cut-off file gives what can be read', async () => {
  await ffmpeg('-i', clip(), '-c', 'copy', folder.path('cut.mkv'));
  await truncate(folder.path('cut.mkv'), 60_000);
  const { frames } = await fingerprint(folder.path('cut.mkv'));
  expect(frames.length).toBeGreaterThan(0);
  expect(frames.length).toBeLessThan(5);
});

test('what is no media is rejected', async () => {
  expect(await fingerprintMedia(__filename, {}, signal)).toMatchObject({ ok: false });
});

test('an abort ends it', async () => {
  const controller = new AbortController();
  const work = fingerprintMedia(clip(), {}, controller.signal);
  controller.abort(new Error('enough'));
  await expect(work).rejects.toThrow('enough');
});
