/**
 * Invariants, for every format that is accepted:
 *   the facts are right; each planned frame arrives, at its exact time; it is the frame that the time says, in its
 *   colours; nothing depends on the file's name.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { Probe, defaultMediaLimits, defaultPolicy } from '@assay/contracts';
import {
  countingChroma,
  ffmpeg,
  h264,
  hostile,
  lumaOf,
  makeCountingClip,
  mediaFolder,
  silence,
} from '../../../test/media/make-media';
import { Frame, decodeSegment, planFrames, probeMedia } from '.';

const signal = new AbortController().signal;
let folder: Awaited<ReturnType<typeof mediaFolder>>;
beforeAll(async () => void (folder = await mediaFolder()));
afterAll(() => folder.remove());

async function scan(path: string, perMinute = defaultPolicy.frames.perMinute) {
  const probe = await probeMedia(path, defaultMediaLimits, signal);
  if (!probe.ok) throw new Error(probe.rejection.message);
  const policy = { ...defaultPolicy, frames: { ...defaultPolicy.frames, perMinute } };
  const plan = await planFrames(path, probe.value, policy, signal);
  if (!plan.ok) throw new Error(plan.rejection.message);
  const frames: Frame[] = [];
  const errors: (string | null)[] = [];
  for (const segment of plan.value.segments) {
    const decoded = decodeSegment(path, probe.value.probe, plan.value, segment, signal);
    for (;;) {
      const next = await decoded.next();
      if (next.done) {
        errors.push(next.value.error);
        break;
      }
      frames.push(next.value);
    }
  }
  const planned = plan.value.segments.flatMap(({ frameSeconds }) => frameSeconds);
  return { probe: probe.value.probe, plan: plan.value, frames, errors, planned };
}

/** Mean red, green and blue of a square around a point given in parts of the picture. */
function colourAt({ data, width, height }: Frame, x: number, y: number): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  const half = 3;
  const [cx, cy] = [Math.round(x * width), Math.round(y * height)];
  for (let row = cy - half; row < cy + half; row += 1)
    for (let column = cx - half; column < cx + half; column += 1)
      for (const channel of [0, 1, 2] as const) sum[channel] += data[(row * width + column) * 3 + channel] ?? 0;
  const count = (2 * half) ** 2;
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

/** Which frame of a counting clip this is, by the grey of its left half. */
const numberOf = (frame: Frame): number => {
  const grey = colourAt(frame, 0.2, 0.5)[1];
  // + 0: there is no frame -0
  return Math.round(((grey * 219) / 255 + 16 - lumaOf(0)) / (lumaOf(1) - lumaOf(0))) + 0;
};

interface FormatCase {
  file: string;
  encode: string[];
  container: string;
  codec: string;
  facts?: Partial<Probe>;
  input?: string[];
  filter?: string;
}

const pal = ['-colorspace', 'smpte170m'];
const formats: FormatCase[] = [
  { file: 'h264.mp4', encode: h264, container: 'mov', codec: 'h264', facts: { bitDepth: 8, colorMatrix: 'bt601' } },
  { file: 'sound.mp4', encode: [...h264, '-c:a', 'aac'], input: silence, container: 'mov', codec: 'h264' },
  { file: 'h264.mkv', encode: h264, container: 'matroska', codec: 'h264' },
  { file: 'h264.ts', encode: h264, container: 'mpegts', codec: 'h264' },
  { file: 'h264.avi', encode: [...h264, '-bf', '0'], container: 'avi', codec: 'h264' },
  { file: 'bframes.avi', encode: h264, container: 'avi', codec: 'h264' },
  { file: 'h264.flv', encode: h264, container: 'flv', codec: 'h264' },
  {
    file: 'hevc.mov',
    encode: ['-c:v', 'libx265', '-crf', '10', '-x265-params', 'log-level=error:keyint=5', '-pix_fmt', 'yuv420p'],
    container: 'mov',
    codec: 'hevc',
  },
  {
    file: 'hevc10.mp4',
    encode: ['-c:v', 'libx265', '-crf', '10', '-x265-params', 'log-level=error', '-pix_fmt', 'yuv420p10le'],
    container: 'mov',
    codec: 'hevc',
    facts: { bitDepth: 10 },
  },
  {
    file: 'vp8.webm',
    encode: ['-c:v', 'libvpx', '-b:v', '2M', '-g', '5', '-auto-alt-ref', '1', '-lag-in-frames', '10'],
    container: 'matroska',
    codec: 'vp8',
  },
  { file: 'vp9.webm', encode: ['-c:v', 'libvpx-vp9', '-crf', '10', '-b:v', '0'], container: 'matroska', codec: 'vp9' },
  {
    file: 'av1.mp4',
    encode: ['-c:v', 'libaom-av1', '-crf', '15', '-cpu-used', '8', '-pix_fmt', 'yuv420p'],
    container: 'mov',
    codec: 'av1',
  },
  { file: 'mpeg4.avi', encode: ['-c:v', 'mpeg4', '-q:v', '1', '-bf', '2'], container: 'avi', codec: 'mpeg4' },
  {
    file: 'mjpeg.avi',
    encode: ['-c:v', 'mjpeg', '-q:v', '1', '-pix_fmt', 'yuvj420p'],
    container: 'avi',
    codec: 'mjpeg',
    facts: { fullRange: true },
  },
  {
    file: 'prores.mov',
    encode: ['-c:v', 'prores', '-pix_fmt', 'yuv422p10le', ...pal],
    container: 'mov',
    codec: 'prores',
    facts: { bitDepth: 10, colorMatrix: 'bt601' },
  },
  {
    file: 'anim.gif',
    encode: ['-f', 'gif'],
    filter: 'format=rgb24,split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none',
    container: 'gif',
    codec: 'gif',
  },
  {
    file: 'mpeg2.mpg',
    encode: ['-c:v', 'mpeg2video', '-q:v', '1'],
    container: 'mpeg',
    codec: 'mpeg2video',
    facts: { framesPerSecond: 25 },
  },
];

test.each(formats)('$file: right facts, right frames at the right times', async ({ file, encode, ...expected }) => {
  const rate = expected.facts?.framesPerSecond ?? 10;
  const { filter, input } = expected;
  const path = await makeCountingClip(folder.path(file), { encode, filter, input, framesPerSecond: rate });
  const { probe, frames, planned, errors } = await scan(path);
  expect(probe).toMatchObject({
    kind: 'video',
    container: expected.container,
    codec: expected.codec,
    width: 96,
    height: 64,
    ...expected.facts,
  });
  expect(probe.durationSeconds).toBeCloseTo(20 / rate, 0);
  expect(errors.every((error) => error === null)).toBe(true);
  expect(frames.map(({ seconds }) => seconds)).toEqual(planned);
  expect(frames.length).toBeGreaterThanOrEqual(expected.container === 'mpeg' ? 14 : 16);
  expect(frames.map(numberOf)).toEqual(frames.map(({ seconds }) => Math.round(seconds * rate)));
});

test('colours: BT.601, BT.709 and full range give the RGB that the standards say', async () => {
  const luma = lumaOf(10);
  const { cb, cr } = countingChroma;
  const rgb = (kr: number, kb: number, full: boolean) => {
    const y = full ? luma : ((luma - 16) * 255) / 219;
    const scale = full ? 1 : 255 / 224;
    const [b, r] = [(cb - 128) * scale, (cr - 128) * scale];
    const red = y + 2 * (1 - kr) * r;
    const blue = y + 2 * (1 - kb) * b;
    return [red, (y - kr * red - kb * blue) / (1 - kr - kb), blue];
  };
  const cases: { name: string; options: string[]; expected: number[] }[] = [
    { name: '601.mp4', options: ['-colorspace', 'smpte170m'], expected: rgb(0.299, 0.114, false) },
    { name: '709.mp4', options: ['-colorspace', 'bt709'], expected: rgb(0.2126, 0.0722, false) },
    { name: 'full.mp4', options: ['-colorspace', 'bt709', '-color_range', 'pc'], expected: rgb(0.2126, 0.0722, true) },
  ];
  for (const { name, options, expected } of cases) {
    // The filter keeps the numbers: only the label changes.
    const filter = options.includes('pc') ? 'setparams=range=pc' : undefined;
    const path = await makeCountingClip(folder.path(name), { encode: [...h264, ...options], filter });
    const { frames } = await scan(path);
    const frame = frames.find(({ seconds }) => Math.round(seconds * 10) === 10);
    if (!frame) throw new Error('frame 10 was not among those chosen');
    colourAt(frame, 0.8, 0.5).forEach((value, i) => expect(Math.abs(value - (expected[i] ?? 0))).toBeLessThan(4));
  }
});

/** As phones film: the numbers come from zimg, which knows nothing of our tables. */
test.each([
  ['hlg', 'arib-std-b67'],
  ['pq', 'smpte2084'],
] as const)('colours: what was filmed as %s looks as the same in ordinary range', async (hdr, transfer) => {
  const patches = ['0x808080', '0xb07050', '0x406090', '0x508040'].map(
    (colour) => `color=${colour}:s=64x64:r=10:d=0.4,format=gbrp`,
  );
  const inputs = patches.flatMap((patch) => ['-f', 'lavfi', '-i', patch]);
  const [plain, made] = [folder.path(`ordinary-${hdr}.mp4`), folder.path(`${hdr}.mp4`)];
  const side = ['-filter_complex', 'hstack=4,scale=out_color_matrix=bt709:out_range=limited,format=yuv420p'];
  const ofHd = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];
  await ffmpeg(...inputs, ...side, ...h264, '-crf', '4', ...ofHd, plain);
  const filter =
    'zscale=min=709:tin=709:pin=709:rin=limited:t=linear:npl=203,format=gbrpf32le,' +
    `zscale=p=2020:t=${transfer}:m=2020_ncl:r=limited:npl=203,format=yuv420p10le`;
  const tags = `log-level=error:qp=6:colorprim=bt2020:transfer=${transfer}:colormatrix=bt2020nc`;
  await ffmpeg('-i', plain, '-vf', filter, '-c:v', 'libx265', '-x265-params', tags, made);
  const [ordinary, bright] = [await scan(plain), await scan(made)];
  expect([bright.probe.hdr, bright.probe.colorMatrix, ordinary.probe.hdr]).toEqual([hdr, 'bt2020', undefined]);
  const [frame, same] = [bright.frames[0]!, ordinary.frames[0]!];
  for (const x of [0.125, 0.375, 0.625, 0.875]) {
    const expected = colourAt(same, x, 0.5);
    colourAt(frame, x, 0.5).forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(6));
  }
});

test.each([
  [90, 90],
  [-90, 270],
  [180, 180],
  [450, 90],
  [88, 90],
  [45, 0],
])('a clockwise turn of %d degrees in the file shows the picture turned by %d', async (stored, rotation) => {
  const plain = await makeCountingClip(folder.path(`plain${stored}.mp4`), { encode: h264 });
  const path = await hostile.rotated(folder.path(`turned${stored}.mp4`), plain, stored);
  const { probe, frames } = await scan(path);
  const [width, height] = rotation % 180 === 0 ? [96, 64] : [64, 96];
  expect(probe).toMatchObject({ rotation, width, height, codedWidth: 96, codedHeight: 64 });
  const frame = frames[0];
  if (!frame) throw new Error('no frame');
  expect(frame).toMatchObject({ width, height });
  // The orange half was on the right: clockwise by 90 it is below, by 180 left, by 270 above.
  const orange = { 0: [0.8, 0.5], 90: [0.5, 0.8], 180: [0.2, 0.5], 270: [0.5, 0.2] }[rotation] ?? [];
  const grey = { 0: [0.2, 0.5], 90: [0.5, 0.2], 180: [0.8, 0.5], 270: [0.5, 0.8] }[rotation] ?? [];
  const [red, , blue] = colourAt(frame, orange[0] ?? 0, orange[1] ?? 0);
  expect(red - blue).toBeGreaterThan(40);
  const [greyRed, , greyBlue] = colourAt(frame, grey[0] ?? 0, grey[1] ?? 0);
  expect(Math.abs(greyRed - greyBlue)).toBeLessThan(12);
});

/** Red, green over blue, white; what a viewer sees of it by each EXIF orientation. */
test.each([
  [1, 'rg/bw'],
  [2, 'gr/wb'],
  [3, 'wb/gr'],
  [4, 'bw/rg'],
  [5, 'rb/gw'],
  [6, 'br/wg'],
  [7, 'wg/br'],
  [8, 'gw/rb'],
])('a still with EXIF orientation %d shows %s', async (orientation, seen) => {
  const plain = folder.path(`quarters${orientation}.jpg`);
  const colours = ['red', 'lime', 'blue', 'white'].flatMap((name) => ['-f', 'lavfi', '-i', `color=${name}:s=48x32`]);
  const stack = '[0][1]hstack[a];[2][3]hstack[b];[a][b]vstack';
  await ffmpeg(...colours, '-filter_complex', stack, '-frames:v', '1', '-pix_fmt', 'yuvj444p', '-q:v', '2', plain);
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010000000000000000', 'hex');
  tiff.writeUInt16BE(orientation, 18);
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2]);
  await writeFile(plain, Buffer.concat([head, exif, (await readFile(plain)).subarray(2)]));
  const { probe, frames } = await scan(plain);
  const frame = frames[0];
  if (!frame) throw new Error('no frame');
  expect([probe.width, probe.height]).toEqual(orientation < 5 ? [96, 64] : [64, 96]);
  const nameAt = (x: number, y: number): string => {
    const [red, green, blue] = colourAt(frame, x, y).map((value) => value > 128);
    return red && green && blue ? 'w' : red ? 'r' : green ? 'g' : 'b';
  };
  expect(`${nameAt(0.25, 0.25)}${nameAt(0.75, 0.25)}/${nameAt(0.25, 0.75)}${nameAt(0.75, 0.75)}`).toBe(seen);
});

/** Behind the signature and the first chunk, which describes the picture. */
async function withNote(path: string, text: string): Promise<void> {
  const png = await readFile(path);
  const body = Buffer.from(`iTXtXML\0\0\0\0\0${text}`, 'latin1');
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  checksum.writeUInt32BE(crc32(body));
  await writeFile(path, Buffer.concat([png.subarray(0, 33), length, body, checksum, png.subarray(33)]));
}

test('a PNG is animated when its chunks say so, behind long notes too, and not because a note says so', async () => {
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=96x64:r=10:d=1'];
  const [animated, still] = [folder.path('animated.png'), folder.path('still.png')];
  await ffmpeg(...source, '-f', 'apng', '-plays', '0', animated);
  await ffmpeg(...source, '-frames:v', '1', still);
  await withNote(animated, 'x'.repeat(20_000));
  await withNote(still, 'acTL');
  expect((await scan(animated)).probe).toMatchObject({ kind: 'video', width: 96 });
  expect((await scan(still)).probe).toMatchObject({ kind: 'still', width: 96 });
});

test('an AVIF picture is a still, a sequence of them a video', async () => {
  const [one, many] = [folder.path('one.avif'), folder.path('many.avif')];
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=96x64:r=10:d=1', '-pix_fmt', 'yuv420p', '-c:v', 'libaom-av1'];
  await ffmpeg(...source, '-cpu-used', '8', '-still-picture', '1', '-frames:v', '1', one);
  await ffmpeg(...source, '-cpu-used', '8', many);
  const still = await scan(one);
  expect(still.probe).toMatchObject({ kind: 'still', durationSeconds: 0, width: 96 });
  expect(still.frames).toHaveLength(1);
  expect((await scan(many)).probe).toMatchObject({ kind: 'video', width: 96 });
});

test('of several video streams the one that players show is looked at, and not the largest', async () => {
  const path = folder.path('two-streams.mp4');
  const inputs = ['red:s=96x64', 'blue:s=98x64'].flatMap((colour) => ['-f', 'lavfi', '-i', `color=${colour}:r=25:d=1`]);
  const shown = ['-disposition:v:0', 'default', '-disposition:v:1', '0'];
  await ffmpeg(...inputs, '-map', '0', '-map', '1', ...h264, ...shown, path);
  const { probe, frames } = await scan(path);
  expect(probe.width).toBe(96);
  expect(colourAt(frames[0]!, 0.5, 0.5)[0]).toBeGreaterThan(200);
});

test('odd sizes, wide pixels and sizes over the limit of the policy keep the shape of the picture', async () => {
  const odd = await scan(
    await makeCountingClip(folder.path('odd.webm'), {
      width: 99,
      height: 65,
      encode: ['-c:v', 'libvpx', '-b:v', '2M'],
    }),
  );
  expect(odd.frames[0]).toMatchObject({ width: 99, height: 65 });
  const wide = await scan(await makeCountingClip(folder.path('wide.mp4'), { filter: 'setsar=2', encode: h264 }));
  expect(wide.probe).toMatchObject({ width: 192, height: 64, codedWidth: 96 });
  expect(wide.frames[0]).toMatchObject({ width: 192, height: 64 });
  const path = await makeCountingClip(folder.path('large.mp4'), { width: 3000, height: 300, frames: 1, encode: h264 });
  const large = await scan(path);
  expect(large.frames[0]).toMatchObject({ width: 1920, height: 192 });
});

test('variable frame rate, a late start and an edit list: times count from the first frame shown', async () => {
  const vfr = await makeCountingClip(folder.path('vfr.mp4'), {
    // Frame n at n^2 / 100 seconds, 5 s into the file.
    filter: "settb=1/90000,setpts='(5+N*N/100)/TB'",
    encode: [...h264, '-fps_mode', 'passthrough', '-video_track_timescale', '90000', '-copyts'],
  });
  const { probe, frames, planned } = await scan(vfr);
  expect(probe.variableFrameRate).toBe(true);
  expect(frames.map(({ seconds }) => seconds)).toEqual(planned);
  expect(frames.map(numberOf)).toEqual(frames.map(({ seconds }) => Math.round(Math.sqrt(seconds * 100))));

  const whole = await makeCountingClip(folder.path('whole.mp4'), { encode: h264 });
  const cut = folder.path('cut.mp4');
  // Copied from frame 7, which is no keyframe: frames 5 and 6 are in the file, and an edit list hides them.
  await ffmpeg('-ss', '0.7', '-i', whole, '-c', 'copy', cut);
  const edited = await scan(cut);
  expect(edited.errors).toEqual([null]);
  expect(edited.frames.map(({ seconds }) => seconds)).toEqual(edited.planned);
  const [firstFrame] = edited.frames;
  if (!firstFrame) throw new Error('no frame came');
  const first = numberOf(firstFrame);
  expect(edited.frames.map(numberOf)).toEqual(edited.frames.map(({ seconds }) => first + Math.round(seconds * 10)));
});

test('alpha shows the fixed grey behind, interlaced video is taken apart inside one frame', async () => {
  const clear = await makeCountingClip(folder.path('alpha.mov'), {
    filter: 'format=rgba,colorchannelmixer=aa=0',
    encode: ['-c:v', 'qtrle'],
  });
  const alpha = await scan(clear);
  expect(alpha.probe.hasAlpha).toBe(true);
  alpha.frames.forEach((frame) => colourAt(frame, 0.8, 0.5).forEach((value) => expect(value).toBeCloseTo(128, 0)));

  const woven = await makeCountingClip(folder.path('interlaced.mp4'), {
    filter: 'setfield=tff',
    encode: [...h264, '-flags', '+ildct+ilme', '-x264-params', 'tff=1'],
  });
  const interlaced = await scan(woven);
  expect(interlaced.probe.interlaced).toBe(true);
  expect(interlaced.frames.map(({ seconds }) => seconds)).toEqual(interlaced.planned);
  expect(interlaced.frames.map(numberOf)).toEqual(interlaced.frames.map(({ seconds }) => Math.round(seconds * 10)));
});

test.each(['jpg', 'png', 'webp', 'bmp', 'tiff'])(
  'a %s still is media of one frame, whatever its name',
  async (type) => {
    const picture = folder.path(`still.${type}`);
    await makeCountingClip(picture, { frames: 1, encode: ['-frames:v', '1'] });
    const { probe, plan, frames, errors } = await scan(picture);
    expect(probe).toMatchObject({ kind: 'still', durationSeconds: 0, width: 96, height: 64 });
    expect(plan.segments).toHaveLength(1);
    expect(errors).toEqual([null]);
    expect(frames.map(({ seconds }) => seconds)).toEqual([0]);
    expect(frames.map(numberOf)).toEqual([0]);
  },
);
