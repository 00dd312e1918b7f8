import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ffmpeg } from '../media/make-media';

const fixtures = resolve(__dirname, '../fixtures');

/** A committed clip with a face of no real person. */
export function faceClip(name = 'real-a.mp4'): string {
  const path = resolve(fixtures, name);
  if (!existsSync(path)) throw new Error(`The fixture ${name} is missing from test/fixtures.`);
  return path;
}

/** The face clip over and over, not encoded again: long enough that a scan can be stopped in its middle. */
export async function makeLongFaceClip(path: string, seconds: number): Promise<string> {
  await ffmpeg('-stream_loop', '-1', '-i', faceClip(), '-t', String(seconds), '-an', '-c', 'copy', path);
  return path;
}

/** One frame with copies of the clip's picture in a grid, for a few frames: a crowd. */
export async function makeCrowd(path: string, columns: number, rows: number): Promise<string> {
  const cellPx = 192;
  const copies = columns * rows;
  const filter =
    `[0:v]trim=end_frame=12,scale=${cellPx}:${cellPx}:force_original_aspect_ratio=increase,crop=${cellPx}:${cellPx},` +
    `split=${copies}${labels('c', copies)};${labels('c', copies)}xstack=inputs=${copies}:layout=${layout(columns, rows, cellPx)}`;
  const encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '18', '-pix_fmt', 'yuv420p'];
  await ffmpeg('-i', faceClip(), '-filter_complex', filter, '-an', ...encode, path);
  return path;
}

const labels = (name: string, count: number): string =>
  Array.from({ length: count }, (_, i) => `[${name}${i}]`).join('');

const layout = (columns: number, rows: number, cellPx: number): string =>
  Array.from(
    { length: columns * rows },
    (_, i) => `${(i % columns) * cellPx}_${Math.floor(i / columns) * cellPx}`,
  ).join('|');
