import { MediaLimits, Rejection, rejected } from '@assay/contracts';
import { FfprobeStream } from './ffprobe-output';
import { ToolEnd } from './ffmpeg-process';

type Rejected = { ok: false; rejection: Rejection };

/** Why ffprobe found nothing that can be decoded. Its own words may quote the file, so they are not passed on. */
export function failedProbe(end: ToolEnd, name: string): Rejected {
  const said = end.stderr.join('\n');
  if (end.timedOut) return rejected('corrupt', 'The file keeps the analyser busy without an end; it is damaged.');
  if (end.outOfMemory) return rejected('too_much_memory', 'Reading the file takes more memory than is allowed.');
  if (name === 'PDF' || name === 'ZIP')
    return rejected('not_media', `This is a ${name} file, not a video or a picture.`);
  if (/^(HEIC|AVIF|animated WebP)$/.test(name)) {
    return rejected('unsupported_codec', `${name} pictures can't be read here. Send a JPEG, PNG, GIF or a video.`);
  }
  if (/not on whitelist/i.test(said)) {
    return rejected('unsupported_container', 'This kind of file is not accepted. Send MP4, WebM, MKV, AVI, TS or GIF.');
  }
  if (/moov atom not found/.test(said)) {
    return rejected('corrupt', 'The file is cut off or damaged: its index (moov) is missing.');
  }
  if (/Invalid data found when processing input/.test(said)) {
    return rejected('not_media', 'The file is not a video or a picture in any known format.');
  }
  return rejected('corrupt', "The video in the file can't be read: its header is damaged or its format is unknown.");
}

/**
 * Too many pixels, by the size in the header. ffprobe exits with 0 when its own limit trips and then reports 0 x 0; the
 * size is in what it says.
 */
export function pictureTooLarge(stream: FfprobeStream, end: ToolEnd, limits: MediaLimits): Rejected | null {
  const tripped = end.stderr.map((line) => /Picture size (\d+)x(\d+) (?:exceeds|is invalid)/.exec(line)).find(Boolean);
  const stated = stream.width * stream.height > limits.maxPixels ? [stream.width, stream.height] : null;
  const size = stated ?? (stream.width === 0 && tripped ? [tripped[1], tripped[2]] : null);
  if (!size) return null;
  return rejected(
    'too_many_pixels',
    `The picture is ${size.join(' x ')} px; at most ${limits.maxPixels} pixels are accepted.`,
  );
}
