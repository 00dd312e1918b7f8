import { Plan, Probe } from '@assay/contracts';
import { toneMap } from './tone-map';

/**
 * Slower than the defaults, but the same pixels on every machine (`bitexact`, `accurate_rnd`) and chroma at full
 * resolution, since seams of a forged face show in colour too.
 */
const scalerFlags = 'accurate_rnd+full_chroma_int+full_chroma_inp+bitexact';
/** What shows through transparent parts: mid grey, so that a cut-out edge gets no more contrast than it needs. */
const backdrop = 128;
/** Presentation times were printed in microseconds, so a frame may seem to come this much early, seconds. */
export const timeTolerance = 50e-6;

/** A wish for frames: times on ffmpeg's own clock for this run, ascending, seconds. */
export interface FrameWish {
  times: number[];
  probe: Probe;
  plan: Plan;
}

/**
 * The filters between the decoder and the pipe. Only chosen frames pass `select`, so everything after it is cheap. The
 * time of each frame that leaves is written to descriptor 4 in microseconds.
 */
export function filterGraph(wish: FrameWish): string {
  return [...clockFilters(wish.probe), frameFilters(wish)].join(',');
}

/** What comes before all else, for whatever looks at the times of frames. */
export function clockFilters(probe: Probe): string[] {
  return clockFromFirstFrame(probe) ? ['setpts=PTS-STARTPTS'] : [];
}

/** The filters behind the clock. */
export function frameFilters({ times, probe, plan }: FrameWish): string {
  return [
    select(times),
    // Inside one picture only: its neighbours in time are not decoded, and mixing them would make traces of its own.
    ...(probe.interlaced ? ['estdif=mode=frame:deint=interlaced'] : []),
    scale(probe, plan),
    ...toneMap(probe),
    ...(probe.hasAlpha ? [flatten] : []),
    ...turn(probe),
    'format=rgb24',
    'settb=AVTB',
    "metadata=mode=add:key=assay:value=1,metadata=mode=print:file='pipe\\:4':direct=1",
  ].join(',');
}

/**
 * AVI stores no presentation times. Decoders then show each frame as late as their reordering delays it, the same for
 * all frames, so only the distance from the first frame can be trusted.
 */
export function clockFromFirstFrame({ container }: Probe): boolean {
  return container === 'avi';
}

/** Reads a line that the last filter wrote: `frame:0    pts:40000   pts_time:0.04`. Seconds, or null for other lines. */
export function parseFrameTime(line: string): number | null {
  const microseconds = /\bpts:(-?\d+)/.exec(line)?.[1];
  return microseconds === undefined ? null : Number(microseconds) / 1e6;
}

/**
 * Passes, for each time, the first frame that is shown then or later, once. A frame that can't be decoded is thus
 * replaced by the next one, and the time that comes with it tells the truth. Register 0 holds how many times have
 * passed; it never falls, so a file whose clock jumps back gives no frame twice.
 */
function select(times: number[]): string {
  const passed = times.map((time) => `gte(t,${(time - timeTolerance).toFixed(6)})`).join('+');
  return `select='st(1,${passed});st(2,gt(ld(1),ld(0)));st(0,max(ld(0),ld(1)));ld(2)'`;
}

function scale(probe: Probe, { decodeWidth, decodeHeight }: Plan): string {
  const { rotation, colorMatrix, fullRange } = probe;
  const turned = rotation === 90 || rotation === 270;
  const [width, height] = turned ? [decodeHeight, decodeWidth] : [decodeWidth, decodeHeight];
  const colours =
    colorMatrix === 'rgb' ? '' : `:in_color_matrix=${colorMatrix}:in_range=${fullRange ? 'full' : 'limited'}`;
  // At its own size only chroma is interpolated: linear costs 14 ms a picture of 1080p, cubic 24 ms for nothing to see.
  const kernel = width === probe.codedWidth && height === probe.codedHeight ? 'bilinear' : 'bicubic';
  return `scale=${width}:${height}:flags=${kernel}+${scalerFlags}${colours}:out_range=full`;
}

/** `lutrgb` makes the backdrop: `drawbox` with `replace` crashes ffmpeg 5.1 on GIF frames. */
const flatten =
  `format=rgba,split[front][copy];[copy]lutrgb=r=${backdrop}:g=${backdrop}:b=${backdrop}:a=255[back];` +
  '[back][front]overlay=format=rgb';

/** Filters that turn a picture upright, clockwise, and then mirror it, as ffmpeg itself does. */
export function turn({ rotation, mirrored = false }: Pick<Probe, 'rotation' | 'mirrored'>): string[] {
  if (rotation === 90) return ['transpose=clock', ...(mirrored ? ['hflip'] : [])];
  if (rotation === 180) return mirrored ? ['hflip'] : ['hflip', 'vflip'];
  if (rotation === 270) return ['transpose=cclock', ...(mirrored ? ['hflip'] : [])];
  return mirrored ? ['vflip'] : [];
}
