/**
 * Edited films, in which no face is seen for long: `node bench/films.mjs CLIPS.csv [--films 4] [--seed 5]`.
 *
 * Cuts shots of 1.2 to 2.6 s out of labelled clips (columns `file`, `label` and `region`), puts them behind each other for a minute and scans
 * that: films of real shots, of forged ones, and of real ones with a quarter of forged ones behind each other. Films of one
 * kind share clips, so this shows what becomes of an edited film, and is no sample of films.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '@assay/evaluation';
import { machine } from './machine.mjs';

const { parse } = createRequire(resolve(import.meta.dirname, '../apps/cli/package.json'))('csv-parse/sync');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { films: { type: 'string', default: '4' }, seed: { type: 'string', default: '5' } },
});
const [csv] = positionals;
if (!csv) throw new Error('usage: node bench/films.mjs CLIPS.csv [--films 4] [--seed 5]');

const filmSeconds = 60;
const shotSeconds = { least: 1.2, most: 2.6 };
const crops = { full: 'null', left: 'crop=iw/2:ih:0:0', right: 'crop=iw/2:ih:iw/2:0' };
const random = seededRandom(Number(values.seed));
const folder = mkdtempSync(join(tmpdir(), 'assay-films-'));

const clips = parse(readFileSync(csv, 'utf8'), { columns: true })
  .map(({ file, label, region }) => ({ path: resolve(dirname(csv), file), label, crop: crops[region || 'full'] }))
  .filter(({ crop }) => crop)
  .map((clip) => ({ ...clip, seconds: lengthOf(clip.path) }))
  .filter(({ seconds }) => seconds > shotSeconds.least + 0.2);
const labelled = (label) => clips.filter((clip) => clip.label === label);
for (const label of ['real', 'fake'])
  if (labelled(label).length === 0) throw new Error(`${csv} has no clip labelled '${label}' that is long enough`);
const kinds = {
  real: () => labelled('real'),
  forged: () => labelled('fake'),
  'a quarter forged': (at) => labelled(at >= 0.5 && at < 0.75 ? 'fake' : 'real'),
};

try {
  console.log('| film | verdict | probability | faces | judged alone |\n| --- | --- | --- | --- | --- |');
  for (const [kind, clipsAt] of Object.entries(kinds)) {
    for (let n = 0; n < Number(values.films); n += 1) {
      const film = makeFilm(join(folder, `${n}.mp4`), clipsAt);
      const { verdict, probability, tracks } = scan(film);
      const alone = tracks.filter(({ abstention }) => abstention === null).length;
      console.log(`| ${kind} | ${verdict} | ${probability} | ${tracks.length} | ${alone} |`);
    }
  }
  console.log(`\n${machine()}`);
} finally {
  rmSync(folder, { recursive: true });
}

/** Shots drawn until the film is long enough, put into one picture size and encoded once more. */
function makeFilm(path, clipsAt) {
  const shots = [];
  for (let at = 0; at < filmSeconds; at += shots.at(-1).length) {
    const choice = clipsAt(at / filmSeconds);
    const clip = choice[Math.floor(random() * choice.length)];
    const { least, most } = shotSeconds;
    const length = Math.min(least + random() * (most - least), clip.seconds - 0.1);
    shots.push({ ...clip, length, start: random() * (clip.seconds - length - 0.05) });
  }
  const size = '640:480';
  const same = `scale=${size}:force_original_aspect_ratio=decrease,pad=${size}:-1:-1,setsar=1,fps=25,format=yuv420p`;
  const inputs = shots.flatMap(({ path: file, start, length }) => [
    '-ss',
    start.toFixed(2),
    '-t',
    length.toFixed(2),
    '-i',
    file,
  ]);
  const parts = shots.map(({ crop }, i) => `[${i}:v]${crop},${same}[s${i}]`);
  const joined = `${shots.map((_, i) => `[s${i}]`).join('')}concat=n=${shots.length}[film]`;
  const graph = [...parts, joined].join(';');
  const encode = ['-map', '[film]', '-c:v', 'libx264', '-crf', '20', '-an', path];
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...inputs, '-filter_complex', graph, ...encode]);
  return path;
}

function scan(path) {
  const assay = resolve(import.meta.dirname, '../assay');
  const run = spawnSync(assay, ['scan', path, '--json', '--out', join(folder, 'report')], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

function lengthOf(path) {
  const args = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path];
  return Number(execFileSync('ffprobe', args, { encoding: 'utf8' }));
}
