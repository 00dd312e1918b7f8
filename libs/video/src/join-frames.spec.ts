/**
 * - Frames become one video in their order, with their pictures, sizes made even; nothing stays beside it.
 * - What cannot be read is said, and is not thrown.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { ffmpeg, lumaOf, makeCountingClip, mediaFolder } from '../../../test/media/make-media';
import { joinFrames } from './join-frames';

const { signal } = new AbortController();
let folder: Awaited<ReturnType<typeof mediaFolder>>;
beforeAll(async () => {
  folder = await mediaFolder();
  const clip = await makeCountingClip(folder.path('clip.mkv'), { frames: 6, width: 97, height: 65, encode: ['-c:v', 'ffv1'] }); // prettier-ignore
  await ffmpeg('-i', clip, folder.path('%d.png'));
  await ffmpeg('-i', clip, '-q:v', '1', folder.path('%d.jpg'));
});
afterAll(() => folder.remove());

function lumas(path: string): number[] {
  const output = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-vf', 'scale=in_range=tv:out_range=tv,crop=1:1:10:10', '-'];
  return [...execFileSync('ffmpeg', ['-v', 'error', '-i', path, ...output])];
}

describe('frames', () => {
  it.each(['png', 'jpg'])('of %s become a video in the order given', async (kind) => {
    const target = folder.path(`${kind}.mp4`);
    const order = [3, 1, 6];
    const frames = order.map((number) => folder.path(`${number}.${kind}`));
    // A frame of another kind would end the stream: it is left out.
    const stranger = folder.path(kind === 'png' ? '2.jpg' : '2.png');
    expect(await joinFrames([...frames, stranger], target, 1e6, signal)).toBeNull();
    const found = lumas(target);
    expect(found).toHaveLength(3);
    found.forEach((luma, i) => expect(Math.abs(luma - lumaOf(order[i]! - 1))).toBeLessThan(4));
    const probe = ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', target];
    expect(execFileSync('ffprobe', probe).toString().trim()).toBe('96,64');
    expect(readdirSync(folder.path('.')).filter((name) => name.endsWith('.frames'))).toEqual([]);
  });

  it('that cannot be read are told in words', async () => {
    const words = folder.path('words.png');
    await writeFile(words, 'words, not a picture\n'.repeat(50));
    const target = folder.path('none.mp4');
    expect(await joinFrames([words], target, 1e6, signal)).toEqual(expect.any(String));
    expect(await joinFrames([folder.path('gone.png')], target, 1e6, signal)).toMatch(/could not be read/);
    expect(await joinFrames([folder.path('clip.mkv')], target, 1e6, signal)).toMatch(/neither PNG nor JPEG/);
    expect(await joinFrames([], target, 1e6, signal)).toMatch(/neither PNG nor JPEG/);
    // Larger than allowed.
    expect(await joinFrames([folder.path('1.png')], target, 1000, signal)).toEqual(expect.any(String));
  });
});
