/**
 * A decoder that gets no more memory: a real ffmpeg under a limit that its picture does not fit into. It ends with what could be
 * decoded and says why; the same media with the memory that is due to it is decoded whole.
 */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { defaultMediaLimits, defaultPolicy } from '@assay/contracts';
import { ffmpeg, h264, mediaFolder } from '../../../test/media/make-media';
import { decodeSegment, planFrames, probeMedia } from '.';

const signal = new AbortController().signal;
const path = process.env['PATH'];
/** Libraries and stacks of ffmpeg fit into it, sixteen pictures of 4K and what goes with them do not. */
const tightKilobytes = 345_000;
let folder: Awaited<ReturnType<typeof mediaFolder>>;
let clip: string;
beforeAll(async () => {
  folder = await mediaFolder();
  clip = folder.path('4k.mp4');
  await ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=3840x2160:r=10:d=1', ...h264, '-preset', 'ultrafast', clip);
});
afterEach(() => void (process.env['PATH'] = path));
afterAll(() => folder.remove());

/** From now on ffmpeg runs under a limit that is tighter than ours. */
async function tighten(): Promise<void> {
  const bin = folder.path('bin');
  await mkdir(bin, { recursive: true });
  const real = execFileSync('sh', ['-c', 'command -v ffmpeg'], { encoding: 'utf8' }).trim();
  await writeFile(join(bin, 'ffmpeg'), `#!/bin/sh\nulimit -v ${tightKilobytes}\nexec ${real} "$@"\n`);
  await chmod(join(bin, 'ffmpeg'), 0o755);
  process.env['PATH'] = `${bin}:${path}`;
}

async function decode(): Promise<{ frames: number; planned: number; error: string | null }> {
  const probe = await probeMedia(clip, defaultMediaLimits, signal);
  if (!probe.ok) throw new Error(probe.rejection.message);
  const plan = await planFrames(clip, probe.value, defaultPolicy, signal);
  if (!plan.ok || !plan.value.segments[0]) throw new Error('no plan');
  const [segment] = plan.value.segments;
  const frames = decodeSegment(clip, probe.value.probe, plan.value, segment, signal);
  for (let count = 0; ; count += 1) {
    const next = await frames.next();
    if (next.done) return { frames: count, planned: segment.frameSeconds.length, error: next.value.error };
    next.value.release();
  }
}

test('ends with what could be decoded, and says that it was the memory', async () => {
  await tighten();
  const { frames, planned, error } = await decode();
  expect(frames).toBeLessThan(planned);
  expect(error).toMatch(/more memory/);
});

test('has enough by its own limit', async () => {
  const { frames, planned, error } = await decode();
  expect([frames, error]).toEqual([planned, null]);
});

test('bounds the address space of each tool by the pictures that it may decode', async () => {
  const bin = folder.path('limits');
  await mkdir(bin);
  const said = folder.path('said');
  await writeFile(join(bin, 'ffprobe'), `#!/bin/sh\nulimit -v > ${said}\n`);
  await chmod(join(bin, 'ffprobe'), 0o755);
  process.env['PATH'] = `${bin}:${path}`;
  await probeMedia(clip, defaultMediaLimits, signal);
  expect(execFileSync('cat', [said], { encoding: 'utf8' })).toMatch(/^\d+\n$/);
});
