import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A moving test picture without a face, made by ffmpeg itself: H.264 in MP4. */
export async function makeClip(path: string, seconds: number): Promise<void> {
  const source = `testsrc=size=320x240:rate=25:duration=${seconds}`;
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-pix_fmt', 'yuv420p', '-g', '50', path];
  await promisify(execFile)('ffmpeg', args);
}
