import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const face = resolve(import.meta.dirname, '../test/fixtures/real-a.mp4');
/** Changes when the recipe does, so that old clips are not measured by mistake. */
const recipe = 2;
const framesPerSecond = 30;
/** What platforms ask uploaders for: 8 Mbit/s at 1080p30, 5 at 720p30. A softer clip would flatter us. */
const megabitsPerSecond = { 1080: 8, 720: 5 };

/** What is measured. `loopOf`: the same stream over and over, so that ten minutes need not be encoded. */
export const clips = [
  { name: '10 s 720p', file: '10s-720p.mp4', seconds: 10, width: 1280, height: 720 },
  { name: '60 s 1080p', file: '60s-1080p.mp4', seconds: 60, width: 1920, height: 1080 },
  { name: '10 min 1080p', file: '10min-1080p.mp4', seconds: 600, loopOf: '60s-1080p.mp4', width: 1920, height: 1080 },
];

/**
 * A clip as phones and platforms make them: H.264, one keyframe in 250 frames, camera noise everywhere, and a face that
 * wanders over a moving background. Made once, kept in a temporary folder.
 */
export function makeClip(clip) {
  const folder = join(tmpdir(), `assay-bench-${recipe}`);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, clip.file);
  if (!existsSync(path)) {
    console.error(`bench: making ${clip.file}`);
    // Under another name until it is whole: a clip that was interrupted must not be measured.
    const draft = `${path}.part.mp4`;
    execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...(clip.loopOf ? loop(clip) : encode(clip)), draft]);
    renameSync(draft, path);
  }
  return { ...clip, path, megabitsPerSecond: (statSync(path).size * 8) / 1e6 / clip.seconds };
}

function loop({ loopOf, seconds }) {
  const source = makeClip(clips.find(({ file }) => file === loopOf));
  return ['-stream_loop', '-1', '-i', source.path, '-t', String(seconds), '-c', 'copy'];
}

function encode({ seconds, width, height }) {
  const background = `testsrc2=s=${width}x${height}:r=${framesPerSecond},boxblur=6,noise=alls=12:allf=t`;
  const wander = `x='(W-w)/2+(W-w)/3*sin(t/3)':y='(H-h)/2+(H-h)/3*cos(t/4)'`;
  const rate = megabitsPerSecond[height];
  const graph =
    `[0:v]fps=${framesPerSecond},scale=${Math.round(width * 0.6)}:-2:flags=bicubic,noise=alls=12:allf=t[face];` +
    `${background}[back];[back][face]overlay=${wander},format=yuv420p`;
  return [
    ...['-stream_loop', '-1', '-i', face, '-filter_complex', graph, '-t', String(seconds), '-an'],
    ...[
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-b:v',
      `${rate}M`,
      '-maxrate',
      `${rate * 1.5}M`,
      '-bufsize',
      `${rate * 2}M`,
    ],
  ];
}
