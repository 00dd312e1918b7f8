/**
 * Invariants: bad media end in a typed answer, never in a throw, a hang or a child left behind; nothing large is
 * decoded before it is refused; no file can make a tool read another file.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { MediaLimits, defaultMediaLimits, defaultPolicy } from '@assay/contracts';
import { ffmpeg, h264, hostile, makeCountingClip, mediaFolder } from '../../../test/media/make-media';
import { decodeSegment, planFrames, probeMedia } from '.';

const signal = new AbortController().signal;
let folder: Awaited<ReturnType<typeof mediaFolder>>;
let whole: string;
let indexLast: string;
beforeAll(async () => {
  folder = await mediaFolder();
  whole = await makeCountingClip(folder.path('whole.mp4'), { encode: [...h264, '-movflags', '+faststart'] });
  indexLast = await makeCountingClip(folder.path('last.mp4'), { encode: h264 });
});
afterAll(() => folder.remove());

const codeOf = async (path: string, limits: Partial<MediaLimits> = {}) => {
  const outcome = await probeMedia(path, { ...defaultMediaLimits, ...limits }, signal);
  if (outcome.ok) return 'accepted';
  // For people: a sentence, and nothing about this machine.
  expect(outcome.rejection.message).toMatch(/^[A-Z].*\.$/);
  expect(outcome.rejection.message).not.toMatch(/\/dev|\/tmp|0x/);
  return outcome.rejection.code;
};

test.each<[string, (path: string) => Promise<string>, string]>([
  ['an empty file', hostile.empty, 'empty_file'],
  ['text named .mp4', hostile.text, 'not_media'],
  ['random bytes', (path) => hostile.randomBytes(path), 'not_media'],
  ['an HLS playlist', (path) => hostile.hlsPlaylist(path, whole), 'unsupported_container'],
  ['a concat playlist', (path) => hostile.concatPlaylist(path, whole), 'unsupported_container'],
  ['a playlist that looks binary', (path) => hostile.disguisedPlaylist(path, whole), 'unsupported_container'],
  ['sound alone', hostile.audioOnly, 'no_video_stream'],
  ['sound with a cover picture', hostile.audioWithCover, 'no_video_stream'],
  ['a header without frames', hostile.noFrames, 'no_frames'],
  ['one pixel', hostile.onePixel, 'too_small_picture'],
  ['an index cut off', (path) => hostile.truncated(path, indexLast, 0.8), 'corrupt'],
])('%s', async (_, make, code) => {
  expect(await codeOf(await make(folder.path('clip.mp4')))).toBe(code);
});

test.each(['png', 'gif'] as const)('16000 x 16000 in a %s is refused by its header', async (type) => {
  const path = await hostile.hugeStill(folder.path(`huge.${type}`), type, 16_000);
  expect(await codeOf(path)).toBe('too_many_pixels');
});

test.each([
  ['mp4', ['-c:v', 'mpeg4']],
  ['jpg', []],
])('8000 x 8000 in a real %s is refused by its header', async (type, encode) => {
  expect(await codeOf(await hostile.huge(folder.path(`huge.${type}`), 8000, ...encode))).toBe('too_many_pixels');
});

test('limits of bytes, length and streams; folders, devices and missing files', async () => {
  expect(await codeOf(whole, { maxBytes: 100 })).toBe('too_many_bytes');
  expect(await codeOf(whole, { maxDurationSeconds: 1 })).toBe('too_long');
  const many = folder.path('many.mkv');
  await ffmpeg('-i', whole, '-map', '0:v', '-map', '0:v', '-map', '0:v', '-c', 'copy', many);
  expect(await codeOf(many, { maxStreams: 2 })).toBe('too_many_streams');
  expect(await codeOf(folder.path('nothing.mp4'))).toBe('not_found');
  expect(await codeOf(folder.path('.'))).toBe('not_readable');
  expect(await codeOf('/dev/zero')).toBe('not_readable');
});

test('a title of nine megabytes', async () => {
  const [facts, path] = [folder.path('facts.txt'), folder.path('wordy.mkv')];
  await writeFile(facts, `;FFMETADATA1\ntitle=${'word '.repeat(1_800_000)}\n`);
  await ffmpeg('-i', whole, '-f', 'ffmetadata', '-i', facts, '-map_metadata', '1', '-map', '0:v', '-c', 'copy', path);
  expect(await codeOf(path)).toBe('corrupt');
});

test('the name changes nothing: no extension, a pattern, quotes and a line break', async () => {
  const bytes = await readFile(whole);
  const answers = [];
  for (const name of ['a', 'b%03d.jpg', "c'd\n file e.mp4", '-i.m3u8']) {
    await writeFile(folder.path(name), bytes);
    answers.push(await probeMedia(folder.path(name), defaultMediaLimits, signal));
  }
  expect(answers[0]).toMatchObject({ ok: true, value: { probe: { container: 'mov' } } });
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
});

async function decodeAll(path: string) {
  const probe = await probeMedia(path, defaultMediaLimits, signal);
  if (!probe.ok) return { code: probe.rejection.code, frames: 0, planned: 0, error: null };
  const plan = await planFrames(path, probe.value, defaultPolicy, signal);
  if (!plan.ok) return { code: plan.rejection.code, frames: 0, planned: 0, error: null };
  const segment = plan.value.segments[0];
  if (!segment) throw new Error('a plan without segments');
  const frames = decodeSegment(path, probe.value.probe, plan.value, segment, signal);
  let count = 0;
  for (;;) {
    const next = await frames.next();
    if (next.done) {
      return { probe: probe.value.probe, frames: count, planned: segment.frameSeconds.length, error: next.value.error };
    }
    count += 1;
  }
}

test('a length that lies or is missing is measured', async () => {
  const mp4 = await decodeAll(await hostile.lyingDuration(folder.path('lying.mp4'), whole, 900_000));
  expect(mp4.probe?.durationSeconds).toBeCloseTo(2, 0);
  expect(mp4).toMatchObject({ frames: 16, error: null });
  const mkv = folder.path('honest.mkv');
  await ffmpeg('-i', whole, '-c', 'copy', mkv);
  for (const seconds of [0.1, 90, 5000, 1e9]) {
    const told = await decodeAll(await hostile.lyingMatroska(folder.path('lying.mkv'), mkv, seconds));
    expect(told.probe?.durationSeconds).toBeCloseTo(2, 0);
    expect(told.probe).toMatchObject({ durationFromPackets: true, claimedSeconds: seconds });
    expect(told).toMatchObject({ frames: 16, error: null });
  }
  // A pipe can't be rewound, so the muxer never gets to write the length.
  const live = folder.path('live.mkv');
  await ffmpeg('-i', whole, '-c', 'copy', '-f', 'matroska', '-live', '1', live);
  const missing = await decodeAll(live);
  expect(missing.probe).toMatchObject({ durationFromPackets: true, claimedSeconds: null });
  expect(missing.probe?.durationSeconds).toBeCloseTo(2, 0);
});

test('a file cut off in the middle gives the frames that are there', async () => {
  const cut = await decodeAll(await hostile.truncated(folder.path('cut.mp4'), whole, 0.9));
  expect(cut.frames).toBeGreaterThan(3);
  expect(cut.error === null || /damaged/.test(cut.error)).toBe(true);
});

test('noise in the middle of the pictures ends with what could be decoded, and says so or conceals it', async () => {
  const path = await makeCountingClip(folder.path('whole.avi'), { encode: ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'] });
  const broken = await decodeAll(await hostile.scribbled(folder.path('noise.avi'), path, 0.5, 0.95));
  expect(broken.frames).toBeLessThanOrEqual(broken.planned);
  if (broken.frames < broken.planned) expect(broken.error).toMatch(/of \d+ frames/);
});

test('nothing is left running', async () => {
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').catch(() => '');
  const names = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')),
  );
  expect(names.filter((name) => /^ff(mpeg|probe)/.test(name))).toEqual([]);
  expect((await readdir(folder.path('.'))).length).toBeGreaterThan(0);
});
