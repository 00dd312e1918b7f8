import { Probe } from '@assay/contracts';
import { parseFrameTime, turn } from './filter-graph';
import { ToolProcess } from './ffmpeg-process';
import type { DecodeEnd } from './frame';
import { guardArguments, openInput, pixelGuard } from './input-arguments';
import { readThrough } from './input-windows';
import { Patience } from './patience';
import { TimeQueue } from './time-queue';

/** One upright picture in grey, pixels as stored: height x width bytes, row by row, 0 black to 255 white. */
export interface LumaFrame {
  /** Number of the frame in the video, from 0, in the order of showing. */
  frame: number;
  /** Since the first frame. */
  seconds: number;
  luma: Uint8Array;
  width: number;
  height: number;
}

export interface LumaSampling {
  /** Distance of samples, taken as whole frames at the average rate; at least one frame. */
  everySeconds: number;
  /** Sides that are longer are brought down to this, each by itself: the shape of the picture is not kept, px. */
  maxSidePx: number;
}

const decoderThreads = 2;
/** Time for ffmpeg beside the length of the video, not counting time when nobody takes its pictures, seconds. */
const baseSeconds = 60;

/**
 * Reads a video through and gives every n-th frame, the first included, as a small grey picture: one ffmpeg child, one
 * picture in memory at a time. A still gives its one picture. The child is gone when the generator is left.
 *
 * @returns pictures as they come; at the end, whether the file was read without a fault
 * @throws the abort reason, or an Error when the file can't be opened or ffmpeg can't be started
 */
export async function* sampleLuma(
  path: string,
  probe: Probe,
  { everySeconds, maxSidePx }: LumaSampling,
  signal: AbortSignal,
): AsyncGenerator<LumaFrame, DecodeEnd> {
  signal.throwIfAborted();
  const step = Math.max(1, Math.floor(everySeconds * probe.framesPerSecond));
  const size = sampleSize(probe, maxSidePx);
  const limitSeconds = Math.ceil(baseSeconds + probe.durationSeconds);
  const times = new TimeQueue();
  const input = await openInput(path);
  try {
    const child = new ToolProcess(
      'ffmpeg',
      sampleArguments(input.url, probe, size, step),
      {
        timeoutMs: null,
        cpuSeconds: limitSeconds * decoderThreads,
        maxPixels: pixelGuard(probe),
        inputFd: input.file.fd,
        onSideLine: (line) => {
          const seconds = parseFrameTime(line);
          if (seconds !== null) times.push(seconds);
        },
      },
      signal,
    );
    void child.ended.finally(() => times.close()).catch(() => undefined);
    const patience = new Patience(limitSeconds * 1000, () => void child.stop());
    let firstSeconds: number | null = null;
    let count = 0;
    try {
      for await (const luma of pictures(child, size.width * size.height, patience)) {
        const seconds = await times.next();
        if (seconds === null) break;
        firstSeconds ??= seconds;
        yield { frame: count * step, seconds: seconds - firstSeconds, luma, ...size };
        count += 1;
      }
      signal.throwIfAborted();
      const timedOut = patience.isOver;
      const { code } = await child.ended;
      if (timedOut) return { error: `Reading was stopped after ${limitSeconds} s with ${count} pictures.` };
      return { error: code === 0 ? null : `The file is damaged: ${count} pictures could be read.` };
    } finally {
      patience.end();
      await child.stop();
    }
  } finally {
    await input.file.close();
  }
}

/** As stored, but upright: pixels that aren't square stay so, since stretching them would only blur. */
function sampleSize(
  { rotation, codedWidth, codedHeight }: Probe,
  maxSidePx: number,
): { width: number; height: number } {
  const [width, height] = rotation % 180 === 0 ? [codedWidth, codedHeight] : [codedHeight, codedWidth];
  return { width: Math.min(width, maxSidePx), height: Math.min(height, maxSidePx) };
}

/** Cuts the child's output into pictures; each has memory of its own. A piece left at the end is dropped. */
async function* pictures(child: ToolProcess, bytes: number, patience: Patience): AsyncGenerator<Uint8Array> {
  const chunks = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let picture = new Uint8Array(bytes);
  let filled = 0;
  for (;;) {
    // A child that was stopped leaves a broken stream; why it was stopped is known elsewhere.
    const next = await patience.waitFor(chunks.next()).catch(() => null);
    if (!next || next.done) return;
    for (let at = 0; at < next.value.length;) {
      const part = next.value.subarray(at, at + bytes - filled);
      picture.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < bytes) continue;
      yield picture;
      picture = new Uint8Array(bytes);
      filled = 0;
    }
  }
}

function sampleArguments(url: string, probe: Probe, size: { width: number; height: number }, step: number): string[] {
  return [
    ...['-hide_banner', '-nostdin', ...guardArguments(pixelGuard(probe)), '-threads', String(decoderThreads)],
    ...[
      '-flags',
      '+bitexact',
      '-copyts',
      '-noautorotate',
      ...readThrough({ url, options: [] }, probe.container, 0).args,
    ],
    ...['-map', `0:${probe.streamIndex}`, '-filter_threads', '1', '-vf', lumaFilters(probe, size, step)],
    ...['-fps_mode', 'passthrough', ...(probe.kind === 'still' ? ['-frames:v', '1'] : [])],
    ...['-c:v', 'rawvideo', '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'],
  ];
}

/** Averaging over areas is cheap, and what a hash of low frequencies needs: finer kernels ring at edges. */
function lumaFilters(probe: Probe, size: { width: number; height: number }, step: number): string {
  const { rotation, colorMatrix, fullRange } = probe;
  const turned = rotation === 90 || rotation === 270;
  const [width, height] = turned ? [size.height, size.width] : [size.width, size.height];
  const colours =
    colorMatrix === 'rgb' ? '' : `:in_color_matrix=${colorMatrix}:in_range=${fullRange ? 'full' : 'limited'}`;
  return [
    `select='not(mod(n,${step}))'`,
    `scale=${width}:${height}:flags=area+accurate_rnd+bitexact${colours}:out_range=full`,
    ...turn(probe),
    'format=gray',
    'settb=AVTB',
    "metadata=mode=add:key=assay:value=1,metadata=mode=print:file='pipe\\:4':direct=1",
  ].join(',');
}
