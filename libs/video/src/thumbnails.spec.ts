/**
 * Invariants: thumbnails are of what the decoder gives anyway; the chosen frames are the same with and without them; each
 * has the time of its picture, in every mode of decoding.
 */
import { createHash } from 'node:crypto';
import { defaultMediaLimits, defaultPolicy, type Segment } from '@assay/contracts';
import { ffmpeg, mediaFolder } from '../../../test/media/make-media';
import { decodeSegment, planFrames, probeMedia, type Thumbnail, thumbnailSide } from '.';

const signal = new AbortController().signal;
let folder: Awaited<ReturnType<typeof mediaFolder>>;
let clip: string;
beforeAll(async () => {
  folder = await mediaFolder();
  clip = folder.path('clip.mp4');
  // Brightness tells the time: 8 levels a second, from 10 on.
  const clock = "nullsrc=s=320x240:r=25:d=20,format=gray,geq=lum='10+8*T'";
  await ffmpeg(
    '-f',
    'lavfi',
    '-i',
    clock,
    '-c:v',
    'libx264',
    '-g',
    '50',
    '-sc_threshold',
    '0',
    '-pix_fmt',
    'yuv420p',
    clip,
  );
  await ffmpeg('-i', clip, '-c', 'copy', folder.path('clip.avi'));
});
afterAll(() => folder.remove());

async function look(path: string, change: (segment: Segment) => Segment, everySeconds: number | null) {
  const probed = await probeMedia(path, defaultMediaLimits, signal);
  if (!probed.ok) throw new Error(probed.rejection.message);
  const planned = await planFrames(path, probed.value, defaultPolicy, signal);
  if (!planned.ok) throw new Error(planned.rejection.message);
  const [segment] = planned.value.segments;
  if (!segment) throw new Error('no segment');
  const thumbnails: Thumbnail[] = [];
  const wish =
    everySeconds === null ? {} : { thumbnails: { everySeconds, take: (one: Thumbnail) => void thumbnails.push(one) } };
  const frames: string[] = [];
  let last = 0;
  for await (const frame of decodeSegment(path, probed.value.probe, planned.value, change(segment), signal, wish)) {
    frames.push(`${frame.seconds} ${createHash('sha256').update(frame.data).digest('hex')}`);
    last = frame.seconds;
  }
  return { frames, last, thumbnails };
}

const mean = ({ luma }: Thumbnail): number => luma.reduce((sum, value) => sum + value, 0) / luma.length;
const expected = (seconds: number): number => Math.floor(10 + 8 * seconds);

test.each(['clip.mp4', 'clip.avi'])(
  '%s: as many as were asked for, each with its time, up to the last chosen frame',
  async (name) => {
    const { frames, last, thumbnails } = await look(folder.path(name), (segment) => segment, 0.5);
    expect(thumbnails.length).toBeGreaterThanOrEqual(Math.floor(last / 0.5));
    expect(thumbnails.length).toBeLessThanOrEqual(Math.floor(last / 0.5) + 1);
    for (const thumbnail of thumbnails) {
      expect(thumbnail.luma).toHaveLength(thumbnailSide * thumbnailSide);
      expect(thumbnail.seconds).toBeLessThanOrEqual(last);
      expect(Math.abs(mean(thumbnail) - expected(thumbnail.seconds))).toBeLessThan(3);
    }
    expect((await look(folder.path(name), (segment) => segment, null)).frames).toEqual(frames);
  },
);

test('of keyframes alone, where nothing else is decoded', async () => {
  const keyframes = (segment: Segment): Segment => ({
    ...segment,
    mode: 'keyframes',
    frameSeconds: [2, 8, 14],
    seekSeconds: [2, 8, 14],
  });
  const { frames, thumbnails } = await look(clip, keyframes, 0.125);
  expect(frames.map((frame) => frame.split(' ')[0])).toEqual(['2', '8', '14']);
  expect(thumbnails.map(({ seconds }) => seconds)).toEqual([2, 8, 14]);
});
