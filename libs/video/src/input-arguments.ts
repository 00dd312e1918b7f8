import { constants } from 'node:fs';
import { FileHandle, open } from 'node:fs/promises';
import { Probe } from '@assay/contracts';

/**
 * Demuxers that may open a file. None of them names other files, as playlists do (`hls`, `concat`, `dash`, `image2`
 * patterns ...): ffmpeg picks a demuxer by content, so a playlist called `clip.mp4` would read its neighbours.
 * Audio containers are here so that such a file is called what it is.
 */
const demuxers = [
  ...['mov', 'matroska', 'avi', 'mpegts', 'mpeg', 'flv', 'asf', 'ogg', 'gif', 'apng', 'ivf', 'h264', 'hevc'],
  ...['mpegvideo', 'jpeg_pipe', 'png_pipe', 'webp_pipe', 'bmp_pipe', 'tiff_pipe'],
  ...['wav', 'mp3', 'flac', 'aac', 'aiff', 'amr'],
];
export const formatWhitelist = demuxers.join(',');

/** One block of memory that a tool may ask for, bytes: an 8K picture at 16 bits a channel with alpha is 285 MB. */
const maxAllocBytes = 512 * 1024 ** 2;

/**
 * Media that a server on this machine gives out in parts, for a decoder that needs some of it. Its answers may be shorter than
 * what was asked for: the decoder asks again.
 */
export interface ServedMedia {
  /** http, of the loopback address. */
  url: string;
  /** @throws what kept the server from giving bytes, if anything did: the decoder took that for the end of the file */
  assertRead(): void;
}

/** A file's path, or a server's. */
export type MediaSource = string | ServedMedia;

/** Media opened for reading, and the name under which a child finds it. */
export interface MediaInput {
  file: FileHandle;
  url: string;
}

/** Nothing but local files and our own pipes; and for served media nothing but it. */
const protocols = { file: 'file,pipe', served: 'http,tcp,pipe' };

/** Options that hold for every tool that opens media. */
export function guardArguments(maxPixels: number, from: keyof typeof protocols = 'file'): string[] {
  return [
    ...['-v', 'error', '-max_alloc', String(maxAllocBytes)],
    ...['-protocol_whitelist', protocols[from], '-max_pixels', String(maxPixels)],
  ];
}

/** Slack over the size in the header: decoders check the size padded to whole blocks (64 px in HEVC and AV1). */
const blockPx = 64;
/** A stream may change its size on the way, as calls and live streams do; up to this much is always decoded, px. */
const switchablePixels = 1920 * 1088;

/** Limit on a decoded picture for media that was probed already. */
export function pixelGuard({ codedWidth, codedHeight }: Probe): number {
  return Math.max(switchablePixels, (codedWidth + blockPx) * (codedHeight + blockPx));
}

/** Runs `use` with the file open for reading, and closes it in any case. */
export async function withInput<T>(path: string, use: (input: MediaInput) => Promise<T>): Promise<T> {
  const input = await openInput(path);
  try {
    return await use(input);
  } finally {
    await input.file.close();
  }
}

/**
 * On Linux a child gets the open file as its descriptor 3: the path, and whatever strange characters are in it, stays
 * out of arguments, playlists and messages. Elsewhere `/dev/fd` shares one read position, so the path itself is used.
 */
export async function openInput(path: string): Promise<MediaInput> {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { file, url: process.platform === 'linux' ? 'file:/dev/fd/3' : `file:${path}` };
}
