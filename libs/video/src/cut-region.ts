import { runTool } from './run-tool';
import { formatWhitelist, guardArguments, withInput } from './input-arguments';

/** Part of a picture: a half of a side-by-side clip, or x, y, width, height in px. */
export type Region = 'full' | 'left' | 'right' | readonly [number, number, number, number];

/** Left out on either side of the seam of a side-by-side clip, px: codecs smear one half into the other there. */
const seamPx = 4;
/** Near-lossless: the difference to the original is far below what any upload does to a clip. */
export const crf = 10;
/** Keyframes at a fixed distance: chosen by content, the two halves would be looked at in different frames. */
const keyframeEvery = '12';
/** Encoding runs faster than the clip plays; hours mean a broken file, ms. */
const timeoutMs = 3_600_000;

/** What is done to a picture on the way, beside the cut. */
export interface Alteration {
  /** For ffmpeg's `-vf`; null: no filter. */
  filter: string | null;
  /** Constant rate factor of H.264; null: near-lossless, as for a plain cut. */
  crf: number | null;
}

/** What to take of a video, and what to do to it on the way. */
export interface Cut {
  region: Region;
  /** Null: as it is. */
  alteration: Alteration | null;
}

/**
 * Cuts a region out of a video, near-losslessly, both halves of a pair alike: same size, same quality, same keyframes.
 * An alteration is done in the same pass, so that there is one encoding as without it.
 *
 * @param target path of the MP4 to write
 * @returns null, or ffmpeg's last words when it could not
 * @throws the abort reason
 */
export async function cutRegion(
  source: string,
  { region, alteration }: Cut,
  target: string,
  maxPixels: number,
  signal: AbortSignal,
): Promise<string | null> {
  const quality = alteration?.crf ?? crf;
  const filters = [cropFilter(region), alteration?.filter].filter(Boolean).join(',');
  const end = await withInput(source, ({ file, url }) =>
    runTool(
      'ffmpeg',
      [
        ...guardArguments(maxPixels),
        ...['-nostdin', '-y', '-format_whitelist', formatWhitelist, '-i', url, '-an', '-sn', '-dn'],
        ...['-vf', filters, ...encodeArguments(quality), '-f', 'mp4', `file:${target}`],
      ],
      { timeoutMs, maxPixels: encodingPixels(maxPixels), inputFd: file.fd },
      signal,
    ),
  );
  return end.code === 0 ? null : (end.stderr.at(-1) ?? 'ffmpeg ended without a word');
}

/** An encoder keeps as many pictures as a decoder, which it looks ahead over: its memory is as that of one for twice the pixels. */
export const encodingPixels = (maxPixels: number): number => 2 * maxPixels;

/** H.264 with keyframes at a fixed distance, the same bytes each time. */
export function encodeArguments(quality: number): string[] {
  return [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', String(quality), '-pix_fmt', 'yuv420p'],
    ...['-g', keyframeEvery, '-keyint_min', keyframeEvery, '-sc_threshold', '0'],
    // With more threads, chance in a filter would fall another way each time.
    ...['-threads', '1', '-filter_threads', '1'],
  ];
}

/** Even sizes and places, since chroma has half the resolution. */
export function cropFilter(region: Region): string {
  if (region === 'full') return 'crop=trunc(iw/2)*2:trunc(ih/2)*2:0:0';
  const half = `trunc((iw/2-${seamPx})/2)*2`;
  if (region === 'left') return `crop=${half}:trunc(ih/2)*2:0:0`;
  if (region === 'right') return `crop=${half}:trunc(ih/2)*2:trunc((iw-${half})/2)*2:0`;
  const [x, y, width, height] = region.map((value) => Math.floor(value / 2) * 2);
  return `crop=${width}:${height}:${x}:${y}`;
}
