import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crf, encodeArguments, encodingPixels } from './cut-region';
import { guardArguments, withInput } from './input-arguments';
import { runTool } from './run-tool';

/** Frames come without times: at this rate a few dozen make a clip of some seconds. */
const framesPerSecond = 12;
/** A few dozen pictures; more time than this means a broken one, ms. */
const timeoutMs = 600_000;
/** Demuxers that read pictures standing one behind the other in one file. */
const demuxers: Record<string, string> = { '.png': 'png_pipe', '.jpg': 'jpeg_pipe', '.jpeg': 'jpeg_pipe' };

/**
 * Makes a near-lossless video of pictures, since a sequence of faces that was published as frames is to be looked at as
 * the clip that it once was. Its times are made up: 12 frames a second.
 *
 * @param frames paths of PNG or JPEG files, all of one kind, in order; others than the first kind are left out
 * @param target path of the MP4 to write; a file `target.frames` lies beside it for a moment
 * @returns null, or ffmpeg's last words when it could not
 * @throws the abort reason
 */
export async function joinFrames(
  frames: readonly string[],
  target: string,
  maxPixels: number,
  signal: AbortSignal,
): Promise<string | null> {
  const kind = demuxers[extname(frames[0] ?? '').toLowerCase()];
  if (!kind) return 'the frames are neither PNG nor JPEG';
  const same = frames.filter((frame) => demuxers[extname(frame).toLowerCase()] === kind);
  // One file, so that no name of a frame becomes a pattern or a playlist for ffmpeg.
  const pictures = `${target}.frames`;
  try {
    await pipeline(Readable.from(concatenated(same, signal)), createWriteStream(pictures), { signal });
    const input = ['-f', kind, '-framerate', String(framesPerSecond)];
    const even = ['-vf', 'crop=trunc(iw/2)*2:trunc(ih/2)*2:0:0'];
    const end = await withInput(pictures, ({ file, url }) =>
      runTool(
        'ffmpeg',
        [
          ...[...guardArguments(maxPixels), '-nostdin', '-y', ...input, '-i', url],
          ...[...even, ...encodeArguments(crf), '-f', 'mp4', `file:${target}`],
        ],
        { timeoutMs, maxPixels: encodingPixels(maxPixels), inputFd: file.fd },
        signal,
      ),
    );
    return end.code === 0 ? null : (end.stderr.at(-1) ?? 'ffmpeg ended without a word');
  } catch {
    signal.throwIfAborted();
    return 'the frames could not be read';
  } finally {
    await rm(pictures, { force: true });
  }
}

async function* concatenated(frames: readonly string[], signal: AbortSignal): AsyncGenerator<Buffer> {
  for (const frame of frames) {
    for await (const chunk of createReadStream(frame, { signal })) yield chunk as Buffer;
  }
}
