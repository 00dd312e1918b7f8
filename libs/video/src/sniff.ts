import { Outcome, accepted, rejected } from '@assay/contracts';

/** What the first bytes say: a still picture and the demuxer to force, or something for ffmpeg to look into. */
export type Sniffed =
  | { kind: 'still'; demuxer: string; name: string }
  /** picture: a format that holds one picture or several (AVIF, HEIC), which only its frames tell. */
  | { kind: 'container'; name: string; picture?: boolean };

/** Bytes that `sniff` wants to see. */
export const sniffBytes = 4096;

export const pngDemuxer = 'png_pipe';

const stills: { name: string; demuxer: string; matches: (head: Buffer) => boolean }[] = [
  { name: 'JPEG', demuxer: 'jpeg_pipe', matches: (head) => head.readUIntBE(0, 3) === 0xffd8ff },
  // Or an animated one, which only its chunks tell: see `isAnimatedPng`.
  { name: 'PNG', demuxer: pngDemuxer, matches: (head) => at(head, 1, 'PNG\r\n\x1a\n') },
  { name: 'WebP', demuxer: 'webp_pipe', matches: (head) => at(head, 0, 'RIFF') && at(head, 8, 'WEBP') },
  { name: 'BMP', demuxer: 'bmp_pipe', matches: (head) => at(head, 0, 'BM') && head.readUInt32LE(6) === 0 },
  { name: 'TIFF', demuxer: 'tiff_pipe', matches: (head) => at(head, 0, 'II*\0') || at(head, 0, 'MM\0*') },
];

/** Formats that get asked for, that are recognised, and that common builds of ffmpeg don't read. */
const named: { name: string; picture?: boolean; matches: (head: Buffer) => boolean }[] = [
  { name: 'animated WebP', matches: (head) => at(head, 8, 'WEBPVP8X') && ((head[20] ?? 0) & animatedWebp) !== 0 },
  {
    name: 'HEIC',
    picture: true,
    matches: (head) => at(head, 4, 'ftyp') && /^(hei[csxm]|hev[csxm]|mif1|msf1)/.test(brand(head)),
  },
  { name: 'AVIF', picture: true, matches: (head) => at(head, 4, 'ftyp') && /^avi[fs]/.test(brand(head)) },
  { name: 'PDF', matches: (head) => at(head, 0, '%PDF') },
  { name: 'ZIP', matches: (head) => at(head, 0, 'PK\x03\x04') },
];
/** Animation flag in the VP8X chunk (WebP container specification, "Extended File Format"). */
const animatedWebp = 0x02;

const playlist = /^\s*(#EXTM3U|ffconcat|file\s|\[playlist\]|<\?xml[^]*<(MPD|ASX|SmoothStreamingMedia)|<MPD|<ASX)/i;
/** Shortest file that can hold a picture: a GIF of 1x1 is 35 bytes. */
const shortestMedia = 32;

/**
 * Looks at the first bytes of a file before any tool does.
 *
 * @param head up to `sniffBytes` bytes from the beginning of the file
 */
export function sniff(head: Buffer): Outcome<Sniffed> {
  if (head.length === 0) return rejected('empty_file', 'The file is empty.');
  if (isText(head)) {
    return playlist.test(head.toString('latin1'))
      ? rejected('unsupported_container', 'This is a playlist: it names other files. Send the video itself.')
      : rejected('not_media', 'This is a text file, whatever its name says. Send a video or a picture.');
  }
  if (head.length < shortestMedia) return rejected('not_media', 'The file is too short to hold a picture.');
  const special = named.find(({ matches }) => matches(head));
  const still = stills.find(({ matches }) => matches(head));
  if (still) return accepted({ kind: 'still', demuxer: still.demuxer, name: special?.name ?? still.name });
  return accepted({ kind: 'container', name: special?.name ?? 'this', picture: special?.picture ?? false });
}

function at(head: Buffer, offset: number, text: string): boolean {
  return head.subarray(offset, offset + text.length).equals(Buffer.from(text, 'latin1'));
}

function brand(head: Buffer): string {
  return head.toString('latin1', 8, 12);
}

/** Text has no control characters but white space; media have NULs within the first bytes. */
function isText(head: Buffer): boolean {
  return head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d)) && isUtf8Start(head);
}

function isUtf8Start(head: Buffer): boolean {
  // The last character may be cut; four bytes less can't end inside more than one.
  const text = new TextDecoder('utf-8').decode(head.subarray(0, Math.max(1, head.length - 4)), { stream: true });
  return !text.includes('\ufffd');
}
