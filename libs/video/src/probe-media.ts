import { MediaLimits, Outcome, Probe, accepted, rejected } from '@assay/contracts';
import { isAnimatedPng } from './animated-png';
import { FfprobeOutput, FfprobeStream } from './ffprobe-output';
import { MediaInput, formatWhitelist, guardArguments, withInput } from './input-arguments';
import { measureTimes } from './measure-times';
import { matrixAmong, pictureFacts } from './picture-facts';
import { failedProbe, pictureTooLarge } from './probe-rejections';
import { openPacketsAhead, type PacketsAhead } from './packets-ahead';
import { Packets, readPackets } from './read-packets';
import { runTool, ToolOutputError, ToolRun } from './run-tool';
import { pngDemuxer, sniff, sniffBytes, Sniffed } from './sniff';
import { streamFacts } from './stream-facts';

/** ffprobe answers in 0.1 s; a file that keeps it busy this long is hostile or on a dead disk, ms. */
const timeoutMs = 30_000;

/** What a file is, and what was read of it on the way. */
export interface Probed {
  probe: Probe;
  /** Every packet, where finding out took a pass over all of them: a plan then needs none of its own. */
  packets: Packets | null;
}

/**
 * Finds out what a media file is, without decoding video. The answer depends on the bytes alone: the name is not used.
 *
 * @param limits what is accepted; more is a rejection before anything is decoded
 * @returns the facts, or why this file can't be scanned
 * @throws the abort reason, or an Error when a tool can't be started: both may work next time
 */
export async function probeMedia(path: string, limits: MediaLimits, signal: AbortSignal): Promise<Outcome<Probed>> {
  try {
    return await withInput(path, (input) => probeFile(input, limits, signal));
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === 'open' && code === 'ENOENT') return rejected('not_found', 'There is no such file.');
    if (syscall === 'open' && code === 'EACCES') return rejected('not_readable', 'The file may not be read.');
    if (error instanceof ToolOutputError)
      return rejected('corrupt', 'The file says more about itself than any sound one does; it is damaged.');
    throw error;
  }
}

async function probeFile(input: MediaInput, limits: MediaLimits, signal: AbortSignal): Promise<Outcome<Probed>> {
  const stats = await input.file.stat();
  if (!stats.isFile()) return rejected('not_readable', 'This is not a file.');
  if (stats.size > limits.maxBytes) {
    return rejected('too_many_bytes', `The file has ${stats.size} bytes; at most ${limits.maxBytes} are accepted.`);
  }
  const head = await input.file.read({ buffer: Buffer.alloc(sniffBytes), position: 0 });
  const first = sniff(head.buffer.subarray(0, head.bytesRead));
  if (!first.ok) return first;
  const isPng = first.value.kind === 'still' && first.value.demuxer === pngDemuxer;
  const sniffed: Sniffed =
    isPng && (await isAnimatedPng(input.file)) ? { kind: 'container', name: 'animated PNG' } : first.value;

  const ahead = openPacketsAhead(input, { ...sniffed, bytes: stats.size, maxPixels: limits.maxPixels }, signal);
  try {
    return await findOut(input, { bytes: stats.size, sniffed, ahead }, limits, signal);
  } finally {
    await ahead.close();
  }
}

async function findOut(
  input: MediaInput,
  { bytes, sniffed, ahead }: { bytes: number; sniffed: Sniffed; ahead: PacketsAhead },
  limits: MediaLimits,
  signal: AbortSignal,
): Promise<Outcome<Probed>> {
  const { run, output } = await askFfprobe(input, sniffed, limits, signal);
  const container = output.format?.format_name.split(',')[0];
  if (container === undefined || output.format === undefined) return failedProbe(run, sniffed.name);
  if (output.format.nb_streams > limits.maxStreams) {
    return rejected(
      'too_many_streams',
      `The file has ${output.format.nb_streams} streams; at most ${limits.maxStreams} are accepted.`,
    );
  }
  const stream = chooseStream(output.streams);
  if (!stream) return rejected('no_video_stream', 'The file has no video, only sound or data.');
  if (stream.codec_name === undefined || stream.codec_name === 'unknown') {
    return rejected('unsupported_codec', 'The video is in a format that is not supported.');
  }
  const tooLarge = pictureTooLarge(stream, run, limits);
  if (tooLarge) return tooLarge;
  if (stream.width === 0 || stream.pix_fmt === undefined) {
    const options = { streamIndex: stream.index, demuxer: container, maxPixels: limits.maxPixels, timeoutMs };
    const { packets } = await readPackets(input, options, signal);
    return packets.pts.length === 0 && sniffed.kind === 'container'
      ? rejected('no_frames', 'The file has a video stream without a single frame.')
      : failedProbe(run, sniffed.name);
  }
  return describe(input, { bytes, sniffed, output, container, stream, ahead }, limits, signal);
}

interface Findings {
  bytes: number;
  sniffed: Sniffed;
  output: FfprobeOutput;
  container: string;
  stream: FfprobeStream;
  ahead: PacketsAhead;
}

async function describe(
  input: MediaInput,
  { bytes, sniffed, output, container, stream, ahead }: Findings,
  limits: MediaLimits,
  signal: AbortSignal,
): Promise<Outcome<Probed>> {
  const picture = pictureFacts(stream, matrixAmong(output.frames[0]?.side_data_list ?? []));
  if (Math.min(picture.width, picture.height) < limits.minSidePx) {
    return rejected(
      'too_small_picture',
      `The picture is ${picture.width} x ${picture.height} px; the shorter side must be at least ${limits.minSidePx} px.`,
    );
  }
  if (picture.width * picture.height > limits.maxPixels) return pictureTooLargeFor(picture, limits);
  const measured = await measureTimes(
    input,
    { stream, container, maybeStill: sniffed.kind === 'container' && !!sniffed.picture, output, limits, ahead },
    sniffed.kind === 'still',
    signal,
  );
  if (!measured.ok) return measured;
  const { kind, ...times } = measured.value.times;
  const probe = { kind, container, bytes, ...times, ...picture, ...streamFacts(stream, output) };
  return accepted({ probe, packets: measured.value.packets });
}

function pictureTooLargeFor(size: { width: number; height: number }, limits: MediaLimits): Outcome<Probed> {
  return rejected(
    'too_many_pixels',
    `The picture is ${size.width} x ${size.height} px for display; at most ${limits.maxPixels} pixels are accepted.`,
  );
}

async function askFfprobe(
  input: MediaInput,
  sniffed: Sniffed,
  limits: MediaLimits,
  signal: AbortSignal,
): Promise<{ run: ToolRun; output: FfprobeOutput }> {
  const args = [
    ...guardArguments(limits.maxPixels),
    ...['-format_whitelist', formatWhitelist, '-threads', '1'],
    // Cameras store a still upright only by its EXIF orientation, which ffmpeg reports with the decoded picture.
    ...(sniffed.kind === 'still' ? ['-f', sniffed.demuxer, '-show_frames', '-read_intervals', '%+#1'] : []),
    ...['-show_format', '-show_streams', '-of', 'json', '-i', input.url],
  ];
  const run = await runTool(
    'ffprobe',
    args,
    { timeoutMs, maxPixels: limits.maxPixels, inputFd: input.file.fd },
    signal,
  );
  return { run, output: FfprobeOutput.parse(run.stdout.trim() === '' ? {} : parseJson(run.stdout)) };
}

/** A tool that was stopped leaves half a document: that reads as no answer. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/**
 * What players show: a stream that is marked as default, if any is; among several the largest picture, the first of equals. Cover art and
 * preview tracks are no video.
 */
function chooseStream(streams: FfprobeStream[]): FfprobeStream | undefined {
  const videos = streams.filter(({ codec_type, disposition }) => {
    return codec_type === 'video' && !disposition.attached_pic && !disposition.timed_thumbnails;
  });
  const shown = videos.filter(({ disposition }) => disposition.default);
  return (shown.length > 0 ? shown : videos).reduce<FfprobeStream | undefined>(
    (best, stream) => (best && best.width * best.height >= stream.width * stream.height ? best : stream),
    undefined,
  );
}
