import { Plan, Probe, Segment } from '@assay/contracts';
import {
  clockFilters,
  clockFromFirstFrame,
  filterGraph,
  frameFilters,
  type FrameWish,
  parseFrameTime,
  timeTolerance,
} from './filter-graph';
import { ToolProcess } from './ffmpeg-process';
import { DecodeEnd, Frame, bytesPerPixel } from './frame';
import { DecoderInput, openForDecoder } from './decoder-input';
import { guardArguments, MediaSource, pixelGuard } from './input-arguments';
import { InputReading, readThrough, readWindows } from './input-windows';
import { Patience } from './patience';
import { pictureMemory } from './picture-memory';
import { thumbnailFilters, thumbnailOutputs, type ThumbnailWish } from './thumbnails';
import { TimeQueue } from './time-queue';
import { ToolKilledError } from './tool-killed-error';

/** Threads of a decoder: what a worker of two cores has. Pixels don't depend on it. */
const decoderThreads = 2;
/** Time that ffmpeg may take for one segment, not counting time when nobody takes its frames, seconds. */
const maxDecodeSeconds = 120;

const skipFrame: Record<Segment['mode'], string[]> = {
  keyframes: ['-skip_frame', 'nokey'],
  references: ['-skip_frame', 'noref'],
  all: [],
};

/**
 * Decodes the chosen frames of one segment, in the order of time, with one ffmpeg child. The child waits while nobody
 * takes frames (its pipe is full) and is gone when the generator is left, however it is left.
 *
 * @param options.threads of the decoder; the pixels don't depend on it
 * @param options.thumbnails what is wanted of all decoded frames beside the chosen ones; all of them have come when the
 *   generator ends without an error
 * @returns frames as they come; at the end, whether all came. Damaged media are no exception: what could be decoded
 *   was given, and `error` says what is missing
 * @throws the abort reason, ToolKilledError, what kept served media from being read, or an Error when the file can't be opened or ffmpeg
 *   can't be started
 */
export async function* decodeSegment(
  source: MediaSource,
  probe: Probe,
  plan: Plan,
  segment: Segment,
  signal: AbortSignal,
  { threads = decoderThreads, thumbnails }: { threads?: number; thumbnails?: ThumbnailWish } = {},
): AsyncGenerator<Frame, DecodeEnd> {
  signal.throwIfAborted();
  const input = await openForDecoder(source);
  const job = { input, probe, plan, segment, threads, thumbnails };
  try {
    if (segment.seekSeconds.length > 0) {
      const end = yield* decodeOnce(job, readWindows(input, segment, plan.originSeconds), signal);
      // Nothing at all: the index of the file leads nowhere. Reading it through is slow, but it works.
      if (end.frames > 0 || end.timedOut) return describeEnd(end, segment);
    }
    const reading = readThrough(input, probe.container, clockFromFirstFrame(probe) ? plan.originSeconds : 0);
    // Where nothing of this segment can be read, the first frame that can is one of a later segment, which has it itself.
    const isLast = plan.segments.at(-1)?.index === segment.index;
    return describeEnd(yield* decodeOnce(job, reading, signal, isLast ? Infinity : segment.endSeconds), segment);
  } finally {
    await input.close();
  }
}

interface Job {
  input: DecoderInput;
  probe: Probe;
  plan: Plan;
  segment: Segment;
  threads: number;
  thumbnails: ThumbnailWish | undefined;
}

interface Size {
  width: number;
  height: number;
}

const stoppedByUs = { killed: false, outOfMemory: false, timedOut: true };

interface RunEnd {
  frames: number;
  timedOut: boolean;
  outOfMemory: boolean;
}

/** @param endSeconds frames from there on are left out */
async function* decodeOnce(
  job: Job,
  reading: InputReading,
  signal: AbortSignal,
  endSeconds = Infinity,
): AsyncGenerator<Frame, RunEnd> {
  const { plan, probe, input, thumbnails } = job;
  const times = new TimeQueue();
  const toSeconds = (clock: number): number => clock + reading.clockOffset - plan.originSeconds;
  const child = new ToolProcess(
    'ffmpeg',
    ffmpegArguments(job, reading),
    {
      timeoutMs: null,
      cpuSeconds: maxDecodeSeconds * job.threads,
      stdin: reading.stdin,
      maxPixels: pixelGuard(probe),
      inputFd: input.fd,
      onSideLine: (line) => {
        const seconds = parseFrameTime(line);
        if (seconds !== null) times.push(seconds);
      },
      ...(thumbnails ? { onExtraOutput: thumbnailOutputs(thumbnails.take, toSeconds) } : {}),
    },
    signal,
  );
  const patience = new Patience(maxDecodeSeconds * 1000, () => void child.stop());
  const size = { width: plan.decodeWidth, height: plan.decodeHeight };
  const bytes = size.width * size.height * bytesPerPixel;
  /** The picture that is being filled; null while the last one is with the caller. */
  let data: Uint8Array | null = null;
  let frames = 0;
  try {
    void child.ended.finally(() => times.close()).catch(() => undefined);
    const chunks = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    let filled = 0;
    for (;;) {
      const { value: chunk, done } = await patience
        .waitFor(chunks.next())
        .catch(() => ({ value: undefined, done: true }));
      if (done || chunk === undefined) break;
      for (let at = 0; at < chunk.length;) {
        data ??= pictureMemory.take(bytes);
        const part = chunk.subarray(at, at + bytes - filled);
        data.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled < bytes) continue;
        const clock = await times.next();
        if (clock === null) break;
        const seconds = plannedTime(toSeconds(clock), job.segment);
        if (seconds >= endSeconds) {
          filled = 0;
          continue;
        }
        frames += 1;
        const frame = frameOf(seconds, size, data);
        data = null;
        filled = 0;
        yield frame;
      }
    }
    signal.throwIfAborted();
    // A decoder that was killed leaves the same hole as a damaged file, and the verdict would say so.
    const { killed, outOfMemory, timedOut } = patience.isOver ? stoppedByUs : await child.ended;
    if (killed) throw new ToolKilledError('ffmpeg');
    // Bytes that did not come look like damage, and are none.
    input.assertRead();
    return { frames, timedOut, outOfMemory };
  } finally {
    patience.end();
    if (data) pictureMemory.giveBack(data);
    await child.stop();
  }
}

/** Sums of rounded microseconds are off by one or two: the planned time is the exact one. */
function plannedTime(seconds: number, { frameSeconds }: Segment): number {
  const planned = frameSeconds.find((time) => Math.abs(time - seconds) < timeTolerance);
  return planned ?? Math.round(seconds * 1e6) / 1e6;
}

function frameOf(seconds: number, size: Size, data: Uint8Array): Frame {
  let held = true;
  const release = () => {
    if (held) pictureMemory.giveBack(data);
    held = false;
  };
  return { seconds, ...size, data, release };
}

function ffmpegArguments({ input, probe, plan, segment, threads, thumbnails }: Job, reading: InputReading): string[] {
  const times = segment.frameSeconds.map((seconds) => seconds + plan.originSeconds - reading.clockOffset);
  const wish = { times, probe, plan };
  const video = `0:${probe.streamIndex}`;
  const frames = ['-fps_mode', 'passthrough', '-frames:v', String(times.length), '-c:v', 'rawvideo'];
  const pictures = [...frames, '-pix_fmt', 'rgb24', '-f', 'rawvideo', 'pipe:1'];
  return [
    ...['-hide_banner', '-nostdin', ...guardArguments(pixelGuard(probe), input.kind)],
    ...['-threads', String(threads), '-flags', '+bitexact', '-idct', 'simple', ...skipFrame[segment.mode]],
    ...['-copyts', '-noautorotate', ...reading.args],
    ...(thumbnails
      ? [
          ...['-filter_complex_threads', '1', '-filter_complex', twoBranches(video, wish, thumbnails)],
          ...['-map', '[frames]', ...pictures, '-map', '[thumbnails]', '-fps_mode', 'passthrough'],
          ...['-c:v', 'rawvideo', '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:5'],
        ]
      : ['-map', video, '-filter_threads', '1', '-vf', filterGraph(wish), ...pictures]),
  ];
}

/** One decoder, two takers: the chosen frames, and thumbnails of whatever is decoded on the way to them. */
function twoBranches(video: string, wish: FrameWish, { everySeconds }: ThumbnailWish): string {
  const { probe, times } = wish;
  return [
    `[${video}]${[...clockFilters(probe), 'split[a][b]'].join(',')}`,
    `[a]${frameFilters(wish)}[frames]`,
    `[b]${thumbnailFilters(probe, everySeconds, times[times.length - 1] ?? 0)}[thumbnails]`,
  ].join(';');
}

/** Words without numbers that depend on the machine: two runs over one file have to say the same. */
function describeEnd({ frames, timedOut, outOfMemory }: RunEnd, { frameSeconds }: Segment): DecodeEnd {
  if (frames >= frameSeconds.length) return { error: null };
  const count = `${frames} of ${frameSeconds.length} frames`;
  if (outOfMemory) return { error: `The video takes more memory to be decoded than is allowed: ${count} could be.` };
  return {
    error: timedOut
      ? `Decoding was stopped after ${maxDecodeSeconds} s with ${count}.`
      : `The video is damaged: ${count} could be decoded.`,
  };
}
