/**
 * Invariants: windows give the same pixels as decoding everything; threads change nothing; however a consumer leaves -
 * done, early, aborted, killed - the child is gone.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Plan, Probe, Segment, defaultMediaLimits, defaultPolicy } from '@assay/contracts';
import { ffmpeg, mediaFolder } from '../../../test/media/make-media';
import { decodeSegment, planFrames, probeMedia } from '.';

const signal = new AbortController().signal;
let folder: Awaited<ReturnType<typeof mediaFolder>>;
let clip: string;
beforeAll(async () => {
  folder = await mediaFolder();
  clip = folder.path('clip.mp4');
  // With sound, since the reader of windows has to ignore it, and B frames, which come out of order.
  await ffmpeg(
    ...['-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=25:d=20', '-f', 'lavfi', '-i', 'sine=d=20', '-c:a', 'aac'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-g', '50', '-pix_fmt', 'yuv420p', clip],
  );
  await ffmpeg('-i', clip, '-c', 'copy', folder.path('clip.mkv'));
  await ffmpeg('-i', clip, '-c', 'copy', '-muxdelay', '3', folder.path('clip.ts'));
});
afterAll(() => folder.remove());

async function prepare(path: string): Promise<{ probe: Probe; plan: Plan; segment: Segment }> {
  const probe = await probeMedia(path, defaultMediaLimits, signal);
  if (!probe.ok) throw new Error(probe.rejection.message);
  const plan = await planFrames(path, probe.value, defaultPolicy, signal);
  if (!plan.ok || !plan.value.segments[0]) throw new Error('no plan');
  return { probe: probe.value.probe, plan: plan.value, segment: plan.value.segments[0] };
}

async function digests(path: string, probe: Probe, plan: Plan, segment: Segment, threads?: number): Promise<string[]> {
  const seen = [];
  const frames = decodeSegment(path, probe, plan, segment, signal, threads === undefined ? {} : { threads });
  for (;;) {
    const next = await frames.next();
    if (next.done) {
      expect(next.value).toEqual({ error: null });
      return seen;
    }
    const { seconds, data } = next.value;
    expect(data.buffer).toBeInstanceOf(SharedArrayBuffer);
    seen.push(`${seconds} ${createHash('sha256').update(data).digest('hex')}`);
  }
}

it('gives a segment of which nothing can be read no frame of another one', async () => {
  const path = folder.path('hole.mp4');
  const bytes = await readFile(clip);
  // The middle half of the pictures; the index at the end stays.
  bytes.fill(0, Math.round(bytes.length * 0.25), Math.round(bytes.length * 0.75));
  await writeFile(path, bytes);
  const { probe, plan } = await prepare(clip);
  const times = [8, 10, 12];
  const segment = {
    ...plan.segments[0]!,
    index: 1,
    startSeconds: 8,
    endSeconds: 14,
    frameSeconds: times,
    seekSeconds: [8],
  };
  const whole = {
    ...plan,
    segments: [plan.segments[0]!, segment, { ...segment, index: 2, startSeconds: 14, endSeconds: 20 }],
  };
  const seen: number[] = [];
  const frames = decodeSegment(path, probe, whole, segment, signal);
  let next = await frames.next();
  for (; !next.done; next = await frames.next()) seen.push(next.value.seconds);
  expect(seen.filter((seconds) => seconds >= 14)).toEqual([]);
  expect(next.value.error).toMatch(/^The video is damaged: \d of 3 frames/);
});

/** Ours alone: other work on the machine may run ffmpeg too. */
async function toolsReading(path: string): Promise<number> {
  let count = 0;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (!/^ff(mpeg|probe)/.test(name)) continue;
    const { stdout } = await promisify(execFile)('readlink', [`/proc/${pid}/fd/3`]).catch(() => ({ stdout: '' }));
    if (stdout.trim() === path) count += 1;
  }
  return count;
}

async function eventuallyNone(path: string): Promise<void> {
  for (let i = 0; i < 100 && (await toolsReading(path)) > 0; i += 1) await sleep(100);
  expect(await toolsReading(path)).toBe(0);
}

test('memory that is given back is used for later frames, also of other scans, whose pixels are the same', async () => {
  const { probe, plan, segment } = await prepare(clip);
  const memory = new Set<ArrayBufferLike>();
  const look = async (stop: AbortController, frames = Infinity) => {
    const seen = [];
    for await (const { seconds, data, release } of decodeSegment(clip, probe, plan, segment, stop.signal)) {
      memory.add(data.buffer);
      seen.push(`${seconds} ${createHash('sha256').update(data).digest('hex')}`);
      release();
      release();
      if (seen.length === frames) stop.abort(new Error('enough'));
    }
    return seen;
  };
  const seen = await look(new AbortController());
  expect(seen.length).toBeGreaterThan(4);
  await expect(look(new AbortController(), 3)).rejects.toThrow('enough');
  expect(await look(new AbortController())).toEqual(seen);
  expect(memory.size).toBe(1);
  expect(seen).toEqual(await digests(clip, probe, plan, segment));
});

test.each(['clip.mp4', 'clip.mkv', 'clip.ts'])(
  'windows in %s give the frames that decoding everything gives',
  async (name) => {
    const path = folder.path(name);
    const { probe, plan, segment } = await prepare(path);
    expect(segment.mode).toBe('all');
    const everything = await digests(path, probe, plan, segment);
    expect(everything.map((line) => Number(line.split(' ')[0]))).toEqual(segment.frameSeconds);
    // Keyframes every 2 s, on the clock of the container.
    const seekSeconds = segment.frameSeconds.map((seconds) => plan.originSeconds + Math.floor(seconds / 2 + 1e-6) * 2);
    expect(await digests(path, probe, plan, { ...segment, seekSeconds })).toEqual(everything);
    const keyframes = segment.frameSeconds
      .map((_, i) => i)
      .filter((i) => Math.abs((segment.frameSeconds[i] ?? 1) % 2) < 1e-6);
    const only = (values: number[]) => keyframes.map((i) => values[i] ?? 0);
    expect(keyframes.length).toBeGreaterThan(0);
    const short: Segment = {
      ...segment,
      mode: 'keyframes',
      frameSeconds: only(segment.frameSeconds),
      seekSeconds: only(seekSeconds),
    };
    expect(await digests(path, probe, plan, short)).toEqual(keyframes.map((i) => everything[i]));
  },
);

test('an index that leads nowhere: the file is read through instead', async () => {
  const { probe, plan, segment } = await prepare(clip);
  const lost = { ...segment, seekSeconds: segment.frameSeconds.map(() => 1e6) };
  expect(await digests(clip, probe, plan, lost)).toEqual(await digests(clip, probe, plan, segment));
});

test('one decoder thread or two: the same pixels', async () => {
  const { probe, plan, segment } = await prepare(clip);
  const two = await digests(clip, probe, plan, segment);
  const one = await digests(clip, probe, plan, segment, 1);
  expect(one).toEqual(two);
});

test('a consumer that leaves early, or aborts, leaves no child', async () => {
  const { probe, plan, segment } = await prepare(clip);
  for await (const frame of decodeSegment(clip, probe, plan, segment, signal)) {
    expect(frame.seconds).toBe(segment.frameSeconds[0]);
    break;
  }
  expect(await toolsReading(clip)).toBe(0);

  const control = new AbortController();
  const frames = decodeSegment(clip, probe, plan, segment, control.signal);
  await frames.next();
  control.abort(new Error('cancelled'));
  await expect(
    (async () => {
      while (!(await frames.next()).done);
    })(),
  ).rejects.toThrow('cancelled');
  expect(await toolsReading(clip)).toBe(0);
  await expect(probeMedia(clip, defaultMediaLimits, control.signal)).rejects.toThrow('cancelled');
});

test('kill -9 of the process that reads: the child ends by itself', async () => {
  // Big frames that nobody takes: the child waits for room in its pipe when its reader dies.
  const script = `
    const { spawn } = require('node:child_process');
    const { openSync } = require('node:fs');
    const args = ['-v', 'error', '-nostdin', '-i', 'file:/dev/fd/3', '-f', 'rawvideo', 'pipe:1'];
    const child = spawn('ffmpeg', args, { detached: true, stdio: ['pipe', 'pipe', 'pipe', openSync(process.argv[1], 'r')] });
    child.stdout.once('readable', () => console.log('reading'));`;
  const parent = spawn(process.execPath, ['-e', script, clip], {
    cwd: join(__dirname, '..'),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((resolve) => parent.stdout.once('data', resolve));
  expect(await toolsReading(clip)).toBe(1);
  parent.kill('SIGKILL');
  await eventuallyNone(clip);
});
