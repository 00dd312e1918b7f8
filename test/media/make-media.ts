import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs ffmpeg to make a file; its last words become the error when it fails. */
export async function ffmpeg(...args: string[]): Promise<void> {
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-threads', '1', ...args]);
}

/** A folder for the files of one test, and its removal. */
export async function mediaFolder(): Promise<{ path: (name: string) => string; remove: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'assay-media-'));
  return { path: (name) => join(root, name), remove: () => rm(root, { recursive: true, force: true }) };
}

/** Luma of frame n of a counting clip, limited range: far enough apart that any codec keeps them apart. */
export const lumaOf = (frame: number): number => 30 + 9 * frame;
/** Chroma of the right half of a counting clip: a skin-like orange. The left half is grey. */
export const countingChroma = { cb: 100, cr: 165 };

export interface CountingClip {
  /** At most 20: luma runs out after that. */
  frames?: number;
  framesPerSecond?: number;
  width?: number;
  height?: number;
  /** Filters after the picture is made. */
  filter?: string;
  /** Encoder and muxer options. */
  encode: string[];
  /** Options of a second input (sound, say), before it. */
  input?: string[];
}

/** Writes a clip whose frames tell their number by their luma, so that a test can see which frame it was given. */
export async function makeCountingClip(path: string, clip: CountingClip): Promise<string> {
  const { frames = 20, framesPerSecond = 10, width = 96, height = 64, filter, encode, input = [] } = clip;
  const { cb, cr } = countingChroma;
  const source =
    `color=black:s=${width}x${height}:r=${framesPerSecond}:d=${frames / framesPerSecond},format=yuv444p,` +
    `geq=lum='${lumaOf(0)}+${lumaOf(1) - lumaOf(0)}*N':cb='if(gte(X,W/2),${cb},128)':cr='if(gte(X,W/2),${cr},128)'` +
    (filter ? `,${filter}` : '');
  await ffmpeg('-f', 'lavfi', '-i', source, ...input, ...encode, path);
  return path;
}

/** Small H.264 with a keyframe every 5 frames and B frames between: what most uploads look like, in little. */
export const h264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '12', '-g', '5', '-pix_fmt', 'yuv420p'];

export const silence = ['-f', 'lavfi', '-i', 'anullsrc=r=16000:cl=mono', '-shortest'];

/** Files that are no media, or that lie, each with a name that says nothing about it. */
export const hostile = {
  empty: async (path: string) => {
    await writeFile(path, '');
    return path;
  },
  text: async (path: string) => {
    await writeFile(path, 'Dear sir or madam,\nplease find attached the video.\n');
    return path;
  },
  /** The same bytes in every run, without any structure. */
  randomBytes: async (path: string, bytes = 100_000) => {
    const data = Buffer.alloc(bytes);
    let state = 12345;
    for (let i = 0; i < bytes; i += 1) {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      data[i] = state >>> 16;
    }
    await writeFile(path, data);
    return path;
  },
  /** An HLS playlist that names a neighbour; ffmpeg knows it by its content and would read that file. */
  hlsPlaylist: async (path: string, neighbour: string) => {
    await writeFile(path, `#EXTM3U\n#EXT-X-TARGETDURATION:20\n#EXTINF:20,\n${neighbour}\n#EXT-X-ENDLIST\n`);
    return path;
  },
  concatPlaylist: async (path: string, neighbour: string) => {
    await writeFile(path, `ffconcat version 1.0\nfile ${neighbour}\n`);
    return path;
  },
  /** A playlist with a NUL at its end: not text any more for those who look for text. */
  disguisedPlaylist: async (path: string, neighbour: string) => {
    await hostile.hlsPlaylist(path, neighbour);
    await appendFile(path, Buffer.alloc(64));
    return path;
  },
  audioOnly: async (path: string) => {
    await ffmpeg('-f', 'lavfi', '-i', 'sine=d=1', '-c:a', 'aac', path);
    return path;
  },
  audioWithCover: async (path: string) => {
    await ffmpeg(
      ...['-f', 'lavfi', '-i', 'sine=d=1', '-f', 'lavfi', '-i', 'testsrc=s=320x240:d=0.04', '-map', '0', '-map', '1'],
      ...['-c:a', 'aac', '-c:v', 'mjpeg', '-frames:v', '1', '-disposition:v:0', 'attached_pic', '-f', 'mp4', path],
    );
    return path;
  },
  /** A small still whose header claims `side` x `side` px: costs nothing to make, and hundreds of megabytes to believe. */
  hugeStill: async (path: string, type: 'png' | 'gif', side: number) => {
    await ffmpeg('-f', 'lavfi', '-i', 'color=red:s=64x64:d=0.04', '-frames:v', '1', path);
    const bytes = await readFile(path);
    if (type === 'png') [16, 20].forEach((at) => bytes.writeUInt32BE(side, at));
    if (type === 'gif') [6, 8].forEach((at) => bytes.writeUInt16LE(side, at));
    await writeFile(path, bytes);
    return path;
  },
  /** A clip of one colour: a few kilobytes that want hundreds of megabytes of memory. */
  huge: async (path: string, side: number, ...encode: string[]) => {
    await ffmpeg('-f', 'lavfi', '-i', `color=red:s=${side}x${side}:d=0.04`, '-frames:v', '1', ...encode, path);
    return path;
  },
  onePixel: async (path: string) => {
    await ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'color=red:s=2x2:d=0.04,format=rgb24,crop=1:1',
      '-frames:v',
      '1',
      '-f',
      'image2',
      '-c:v',
      'png',
      path,
    );
    return path;
  },
  /** A valid header with a video stream, and not one frame after it. */
  noFrames: async (path: string) => {
    await ffmpeg('-f', 'lavfi', '-i', 'testsrc=s=96x64:d=1', '-frames:v', '0', '-c:v', 'mpeg4', '-f', 'avi', path);
    return path;
  },
  truncated: async (path: string, whole: string, fraction: number) => {
    const bytes = await readFile(whole);
    await writeFile(path, bytes);
    await truncate(path, Math.floor(bytes.length * fraction));
    return path;
  },
  /** Noise over the middle of the file: container intact, pictures broken. */
  scribbled: async (path: string, whole: string, from: number, to: number) => {
    const bytes = await readFile(whole);
    for (let i = Math.floor(bytes.length * from); i < bytes.length * to; i += 1) bytes[i] = (i * 7919) & 0xff;
    await writeFile(path, bytes);
    return path;
  },
  /** Writes a display matrix for a clockwise turn into an MP4's `tkhd` box (version 0), as phones do. */
  rotated: async (path: string, whole: string, degrees: number) => {
    const bytes = await readFile(whole);
    const at = bytes.indexOf('tkhd');
    const fixed = (value: number) => Math.round(value * 65_536);
    const [sine, cosine] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
    // The matrix a b u c d v x y w lies 44 bytes from the box's name (ISO/IEC 14496-12, 8.3.2).
    const matrix: [number, number][] = [
      [0, cosine],
      [1, sine],
      [3, -sine],
      [4, cosine],
    ];
    for (const [cell, value] of matrix) bytes.writeInt32BE(fixed(value), at + 44 + 4 * cell);
    await writeFile(path, bytes);
    return path;
  },
  /** Overwrites the length in the head of a Matroska file, seconds (element 0x4489, 8 byte float, milliseconds). */
  lyingMatroska: async (path: string, whole: string, seconds: number) => {
    const bytes = await readFile(whole);
    bytes.writeDoubleBE(seconds * 1000, bytes.indexOf(Buffer.from([0x44, 0x89, 0x88])) + 3);
    await writeFile(path, bytes);
    return path;
  },
  /** Overwrites the length in an MP4's `mvhd`, `tkhd` and `mdhd` boxes (version 0), in units of the movie's clock. */
  lyingDuration: async (path: string, whole: string, duration: number) => {
    const bytes = await readFile(whole);
    // Offsets of the duration from the box's name (ISO/IEC 14496-12, 8.2.2, 8.3.2, 8.4.2).
    for (const [box, offset] of [
      ['mvhd', 20],
      ['tkhd', 24],
      ['mdhd', 20],
    ] as const) {
      const at = bytes.indexOf(box);
      if (at > 0) bytes.writeUInt32BE(duration, at + offset);
    }
    await writeFile(path, bytes);
    return path;
  },
};
