/**
 * Media that a decoder reads in parts from a store that is another machine's. With real ffmpeg:
 * - the pixels are those of the file, in windows and read through, whatever the container;
 * - no byte comes from the store twice, and of a segment only a part of the file;
 * - a store that fails in the middle is an outage and never a damaged video;
 * - nobody is served without the name, or after its use.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { defaultMediaLimits, defaultPolicy, type Plan, type Probe, type Segment } from '@assay/contracts';
import { type ByteRange, createFolderStore, type ObjectStore, StoreUnavailableError } from '@assay/storage';
import { decodeSegment, type MediaSource, planFrames, probeMedia } from '@assay/video';
import { ffmpeg, mediaFolder } from '../../../test/media/make-media';
import { MediaFiles } from './media-files';
import { blockBytes, MediaRanges } from './media-ranges';
import { MediaServer } from './media-server';
import { noAbort } from './testing/test-ports';

jest.setTimeout(120_000);

const clips = ['clip.mp4', 'index-at-end.mp4', 'clip.mkv', 'clip.ts'];
let folder: Awaited<ReturnType<typeof mediaFolder>>;
let store: ObjectStore;

beforeAll(async () => {
  folder = await mediaFolder();
  const clip = folder.path('clip.mp4');
  const short = folder.path('short.mp4');
  await ffmpeg(
    ...['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25:d=10', '-vf', 'noise=alls=20:allf=t', '-c:v', 'libx264'],
    ...['-preset', 'ultrafast', '-g', '50', '-pix_fmt', 'yuv420p', short],
  );
  await ffmpeg('-stream_loop', '29', '-i', short, '-c', 'copy', '-movflags', '+faststart', clip);
  await ffmpeg('-i', clip, '-c', 'copy', folder.path('index-at-end.mp4'));
  await ffmpeg('-i', clip, '-c', 'copy', folder.path('clip.mkv'));
  await ffmpeg('-i', clip, '-c', 'copy', folder.path('clip.ts'));
  store = createFolderStore({ root: folder.path('store') });
  for (const name of clips) await store.put(name, createReadStream(folder.path(name)), {}, noAbort);
});
afterAll(async () => {
  await store?.close();
  await folder?.remove();
});

/** The store, written down: which bytes were asked of it. */
function watched() {
  const asked: ByteRange[] = [];
  return {
    asked,
    bytes: () => asked.reduce((sum, { start, end = 0 }) => sum + end - start + 1, 0),
    stream: async (key: string, range: ByteRange | null, signal: AbortSignal) => {
      if (range) asked.push(range);
      return store.stream(key, range, signal);
    },
  };
}

async function prepare(name: string): Promise<{ probe: Probe; plan: Plan }> {
  const probe = await probeMedia(folder.path(name), defaultMediaLimits, noAbort);
  if (!probe.ok) throw new Error(probe.rejection.message);
  const plan = await planFrames(folder.path(name), probe.value, defaultPolicy, noAbort);
  if (!plan.ok) throw new Error('no plan');
  return { probe: probe.value.probe, plan: plan.value };
}

async function digests(source: MediaSource, { probe, plan }: { probe: Probe; plan: Plan }, segment: Segment) {
  const seen: string[] = [];
  const frames = decodeSegment(source, probe, plan, segment, noAbort);
  for (;;) {
    const next = await frames.next();
    if (next.done) return { seen, end: next.value };
    seen.push(`${next.value.seconds} ${createHash('sha256').update(next.value.data).digest('hex')}`);
    next.value.release();
  }
}

it.each(clips)('gives the pixels of the file, from parts of %s', async (name) => {
  const path = folder.path(name);
  const prepared = await prepare(name);
  const { size } = await stat(path);
  const watch = watched();
  const server = new MediaServer();
  const ranges = await MediaRanges.open(watch, { key: name, bytes: size }, noAbort);
  const served = await server.serve(ranges);
  try {
    expect(prepared.plan.segments.length).toBeGreaterThan(2);
    for (const segment of prepared.plan.segments) {
      const before = watch.bytes();
      expect(await digests(served, prepared, segment)).toEqual(await digests(path, prepared, segment));
      expect(watch.bytes() - before).toBeLessThan(size / 2);
    }
    // Each byte once at most, whatever was read again.
    const blocks = watch.asked.flatMap(({ start, end = 0 }) => {
      const first = start / blockBytes;
      return Array.from({ length: Math.floor(end / blockBytes) - first + 1 }, (_, at) => first + at);
    });
    expect(new Set(blocks).size).toBe(blocks.length);
    expect(watch.bytes()).toBeLessThan(size);
  } finally {
    await server.close();
    await ranges.close();
  }
});

it('a store that fails in the middle is an outage, and gives the whole segment the next time', async () => {
  const prepared = await prepare('clip.mp4');
  const segment = prepared.plan.segments[1];
  if (!segment) throw new Error('unreachable');
  const watch = watched();
  let left = 3;
  const failing = {
    stream: async (...args: Parameters<ObjectStore['stream']>) => {
      if (left-- <= 0) throw new StoreUnavailableError('away');
      return watch.stream(...args);
    },
  };
  const server = new MediaServer();
  const { size } = await stat(folder.path('clip.mp4'));
  const ranges = await MediaRanges.open(failing, { key: 'clip.mp4', bytes: size }, noAbort);
  try {
    const served = await server.serve(ranges);
    await expect(digests(served, prepared, segment)).rejects.toThrow(StoreUnavailableError);
    served.close();
    left = Infinity;
    const again = await server.serve(ranges);
    expect(await digests(again, prepared, segment)).toEqual(await digests(folder.path('clip.mp4'), prepared, segment));
  } finally {
    await server.close();
    await ranges.close();
  }
});

it('serves nobody who has no name, or one that was given back', async () => {
  const server = new MediaServer();
  const ranges = await MediaRanges.open(store, { key: 'clip.mp4', bytes: 10 }, noAbort);
  const served = await server.serve(ranges);
  const ask = async (url: string, range = 'bytes=0-') => (await fetch(url, { headers: { range } })).status;
  expect(new URL(served.url).hostname).toBe('127.0.0.1');
  expect(await ask(served.url)).toBe(206);
  expect(await ask(served.url, 'bytes=10-')).toBe(416);
  expect(await ask(new URL('/', served.url).href)).toBe(404);
  expect(await ask(new URL('/clip.mp4', served.url).href)).toBe(404);
  served.close();
  expect(await ask(served.url)).toBe(404);
  await server.close();
  await ranges.close();
});

it('reads in parts what is large and not here, and nothing else', async () => {
  const files = new MediaFiles(store, { ...watched(), stat: async () => ({ bytes: 1_000, modifiedAt: new Date() }) });
  const whole = await files.openParts('clip.mp4', noAbort);
  expect(typeof whole?.source).toBe('string');
  await whole?.release();
  await files.close();

  const large = { ...watched(), stat: async () => ({ bytes: 32 * 1024 ** 2, modifiedAt: new Date() }) };
  const remote = new MediaFiles(store, large);
  const parts = await remote.openParts('clip.mp4', noAbort);
  expect(parts?.source).toMatchObject({ url: expect.stringContaining('http://127.0.0.1:') });
  await parts?.release();
  // As after a plan on the same worker, which had to read all of it.
  const file = await remote.open('clip.mp4', noAbort);
  const here = await remote.openParts('clip.mp4', noAbort);
  expect(here?.source).toBe(file?.path);
  await Promise.all([here?.release(), file?.release()]);
  await remote.close();
});
