import { MediaLimits, Outcome, Probe, accepted, rejected } from '@assay/contracts';
import { FfprobeOutput, FfprobeStream, ratio } from './ffprobe-output';
import { MediaInput } from './input-arguments';
import { median } from './median';
import { type PacketsAhead } from './packets-ahead';
import { Packets, readPackets } from './read-packets';

/** Shorter files are read through at once; longer ones are believed when their end agrees with their header, seconds. */
const readThroughSeconds = 120;
/** First 64 packets for the frame rate, and whatever follows the last keyframe: `99999` is past any end. */
const headAndTail = '%+#64,99999%';
/** How far the header may be off before it counts as a lie: the larger of the two. */
const tolerance = { seconds: 1, fraction: 0.1 };
/** Steps between frames that differ by more than this part of the usual step make the frame rate variable. */
const steadyFraction = 0.2;
/** A rate above this is a time base mistaken for a rate, frames per second. */
const maxFramesPerSecond = 1000;
/** Reading an hour of 20 Mbit/s video (9 GB) from a slow disk, ms. */
const timeoutMs = 120_000;

type Times = Pick<
  Probe,
  'kind' | 'durationSeconds' | 'durationFromPackets' | 'claimedSeconds' | 'framesPerSecond' | 'variableFrameRate'
>;

export interface MeasuredTimes {
  times: Times;
  /** Every packet of the stream, where that took a whole pass; null where less was enough. */
  packets: Packets | null;
}

interface Source {
  stream: FfprobeStream;
  container: string;
  /** The file calls itself a picture: AVIF and HEIC are MP4 inside, of a single frame or of many. */
  maybeStill: boolean;
  output: FfprobeOutput;
  limits: MediaLimits;
  ahead: PacketsAhead;
}

/** Length and frame rate, from the packets where the header says nothing or something that they contradict. */
export async function measureTimes(
  input: MediaInput,
  { stream, container, maybeStill, output, limits, ahead }: Source,
  isStill: boolean,
  signal: AbortSignal,
): Promise<Outcome<MeasuredTimes>> {
  if (isStill) return accepted({ times: stillTimes, packets: null });
  const claimed = Math.max(Number(stream.duration) || 0, 0) || Math.max(Number(output.format?.duration) || 0, 0);
  const read = (intervals?: string) =>
    readPackets(
      input,
      { streamIndex: stream.index, demuxer: container, intervals, maxPixels: limits.maxPixels, timeoutMs },
      signal,
    );
  let wholeFile = claimed <= readThroughSeconds;
  let { packets, end } = wholeFile ? await (ahead.of(stream, output.streams) ?? read()) : await read(headAndTail);
  if (!wholeFile && !agrees(claimed, lengthOf(packets))) {
    wholeFile = true;
    ({ packets, end } = await read());
  }
  if (packets.pts.length === 0) return rejected('no_frames', 'The file has a video stream without a single frame.');

  const measured = lengthOf(packets);
  const durationFromPackets = !agrees(claimed, measured);
  const durationSeconds = durationFromPackets ? measured : claimed;
  if (durationSeconds > limits.maxDurationSeconds) {
    const [minutes, most] = [durationSeconds, limits.maxDurationSeconds].map((value) => Math.ceil(value / 60));
    return rejected('too_long', `The video lasts ${minutes} minutes; at most ${most} are accepted.`);
  }
  if (packets.pts.length === 1 && (maybeStill || /^(gif|apng)$/.test(container)))
    return accepted({ times: stillTimes, packets: null });
  const steps = frameSteps(packets);
  const rate = ratio(stream.avg_frame_rate) || 1 / (median(steps) || Infinity);
  const times: Times = {
    kind: 'video',
    durationSeconds,
    durationFromPackets,
    claimedSeconds: claimed || null,
    framesPerSecond: rate <= maxFramesPerSecond ? rate : 0,
    variableFrameRate: isVariable(steps),
  };
  return accepted({ times, packets: wholeFile && !end.timedOut ? packets : null });
}

const stillTimes: Times = {
  kind: 'still',
  durationSeconds: 0,
  durationFromPackets: false,
  claimedSeconds: null,
  framesPerSecond: 0,
  variableFrameRate: false,
};

function agrees(claimed: number, measured: number): boolean {
  return claimed > 0 && Math.abs(claimed - measured) <= Math.max(tolerance.seconds, tolerance.fraction * claimed);
}

/** From the first frame's beginning to the last one's end, seconds. */
function lengthOf({ pts, lastDuration }: Packets): number {
  let first = Infinity;
  let last = -Infinity;
  for (const time of pts) {
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  return pts.length === 0 ? 0 : last - first + lastDuration;
}

/** Seconds between frames, over the beginning of the file. */
function frameSteps({ pts }: Packets): number[] {
  const sampled = 600;
  // Frames arrive in decode order: the last ones of a sample may have neighbours that come later.
  const reorder = 16;
  const times = pts.slice(0, sampled).sort((a, b) => a - b);
  const steady = times.length > 3 * reorder ? times.slice(0, -reorder) : times;
  return steady.slice(1).map((time, i) => time - (steady[i] ?? time));
}

function isVariable(steps: number[]): boolean {
  const usual = median(steps);
  // One odd step is a lost frame or the seam between the head and the tail of a file.
  return (
    steps.filter((step) => Math.abs(step - usual) > steadyFraction * usual).length > Math.max(1, steps.length / 50)
  );
}
