/**
 * A tool that somebody kills (a system out of memory, a person) in the middle of its work is no fault of the media: nothing is
 * said of it, and the next try sees it whole.
 */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultMediaLimits, defaultPolicy } from '@assay/contracts';
import { ffmpeg, mediaFolder } from '../../../test/media/make-media';
import { decodeSegment, planFrames, probeMedia, ToolKilledError } from '.';

const signal = new AbortController().signal;
const path = process.env['PATH'];
let folder: Awaited<ReturnType<typeof mediaFolder>>;
let clip: string;
beforeAll(async () => {
  folder = await mediaFolder();
  clip = folder.path('clip.mp4');
  await ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=25:d=4', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', clip);
});
afterEach(() => void (process.env['PATH'] = path));
afterAll(() => folder.remove());

/** From now on the tool dies in the middle of what it writes. */
async function killTools(): Promise<void> {
  const bin = folder.path('bin');
  await mkdir(bin, { recursive: true });
  for (const tool of ['ffmpeg', 'ffprobe']) {
    await writeFile(join(bin, tool), '#!/bin/sh\nhead -c 1000 /dev/zero\nkill -9 $$\n');
    await chmod(join(bin, tool), 0o755);
  }
  process.env['PATH'] = `${bin}:${path}`;
}

test('a probe is tried again, and rejects nothing', async () => {
  await killTools();
  await expect(probeMedia(clip, defaultMediaLimits, signal)).rejects.toThrow(ToolKilledError);
});

test('a segment is looked at again, and is not called damaged', async () => {
  const probe = await probeMedia(clip, defaultMediaLimits, signal);
  if (!probe.ok) throw new Error(probe.rejection.message);
  const plan = await planFrames(clip, probe.value, defaultPolicy, signal);
  if (!plan.ok || !plan.value.segments[0]) throw new Error('no plan');
  const frames = decodeSegment(clip, probe.value.probe, plan.value, plan.value.segments[0], signal);
  await killTools();
  await expect(frames.next()).rejects.toThrow(ToolKilledError);
});
