/**
 * How well videos are known again: `node bench/known-media.mjs <folder of clips> [--start 0.5] [--known-every 1]`, after
 * `npm run build:ts`. `--start` is where excerpts begin, `--known-every` how dense the known hashes are, both seconds. Every clip is
 * known by its fingerprint; queries are excerpts of all of them, re-encoded at several qualities and heights. Prints recall
 * (queries that match their own clip) and false matches (queries that match another) by share of frames. A `clips.csv` in
 * the folder with columns `file` and `group` names clips that share footage: matches inside a group count for nothing.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machine } from './machine.mjs';

const require = createRequire(import.meta.url);
const { fingerprintMedia } = require('../libs/pipeline');
const { matchVideos } = require('../libs/fingerprint');

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    // Between two samples of a clip that is known by a hash a second: the hardest place for an excerpt to start.
    start: { type: 'string', default: '0.5' },
    'known-every': { type: 'string', default: '1' },
  },
});
const startSeconds = Number(options.start);
const knownEverySeconds = Number(options['known-every']);
const excerptSeconds = 10;
const variants = [
  { crf: 18, height: 1080 },
  { crf: 28, height: 720 },
  { crf: 34, height: 480 },
  { crf: 40, height: 360 },
];
const thresholds = [0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** vPDQ's own threshold for a match. */
const matchShare = 0.8;

const folder = resolve(positionals[0] ?? '.');
const groups = readGroups();
const files = readdirSync(folder)
  .filter((name) => /\.(mp4|mkv|webm|mov|avi)$/i.test(name))
  .sort();
const signal = new AbortController().signal;
const work = mkdtempSync(join(tmpdir(), 'assay-known-'));

async function fingerprint(path, secondsPerHash = 1) {
  const outcome = await fingerprintMedia(path, { secondsPerHash }, signal);
  if (!outcome.ok) throw new Error(`${path}: ${outcome.rejection.message}`);
  // A clip that gave nothing would count as missed: that is a fault of the run, not a figure.
  if (outcome.value.error || outcome.value.frames.length === 0) {
    throw new Error(`${path}: no whole fingerprint: ${outcome.value.error ?? 'no frames'}`);
  }
  return outcome.value;
}

function readGroups() {
  const path = join(folder, 'clips.csv');
  if (!existsSync(path)) return new Map();
  const [head, ...rows] = readFileSync(path, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  return new Map(rows.map((row) => [row[head.indexOf('file')], row[head.indexOf('group')]]));
}

function encode(file, { crf, height }, target) {
  const filters = [
    '-vf',
    `scale=1920:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2`,
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-crf',
    String(crf),
  ];
  const cut = ['-ss', String(startSeconds), '-t', String(excerptSeconds), '-i', join(folder, file), '-an'];
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...cut, ...filters, '-pix_fmt', 'yuv420p', target]);
}

try {
  const known = new Map();
  for (const file of files) known.set(file, (await fingerprint(join(folder, file), knownEverySeconds)).frames);
  const groupOf = (file) => groups.get(file) ?? file;
  const results = [];
  for (const [done, file] of files.entries()) {
    for (const variant of variants) {
      const target = join(work, 'excerpt.mp4');
      encode(file, variant, target);
      const { frames } = await fingerprint(target);
      const shares = files.map((other) => ({ other, ...matchVideos(frames, known.get(other)) }));
      const own = shares.find(({ other }) => other === file).queryShare;
      const others = shares.filter(({ other }) => groupOf(other) !== groupOf(file));
      results.push({ file, variant, own, others });
    }
    console.error(`${done + 1} of ${files.length}`);
  }
  report(results);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function report(results) {
  const pairs = results.reduce((sum, { others }) => sum + others.length, 0);
  const percent = (part, of) => `${((100 * part) / of).toFixed(1)} %`;
  const recall = (some, share) => percent(some.filter(({ own }) => own > 0 && own >= share).length, some.length);
  console.log(
    `${files.length} clips in ${new Set(files.map((f) => groups.get(f) ?? f)).size} groups, ${results.length} excerpts, ${pairs} pairs of different groups\n`,
  );
  console.log('| share of frames for a match | recall | false matches |\n| --- | --- | --- |');
  for (const share of thresholds) {
    const wrong = results.flatMap(({ others }) => others).filter(({ queryShare }) => queryShare >= share).length;
    console.log(`| ${share} | ${recall(results, share)} | ${wrong} of ${pairs} |`);
  }
  console.log(`\n| excerpts at | recall at ${matchShare} |\n| --- | --- |`);
  for (const { crf, height } of variants) {
    const some = results.filter(({ variant }) => variant.crf === crf && variant.height === height);
    console.log(`| CRF ${crf}, ${height} lines | ${recall(some, matchShare)} |`);
  }
  const missed = results.filter(({ own }) => own < matchShare);
  console.log(`\nmissed at ${matchShare}: ${missed.map(describe).join('; ') || 'none'}`);
  const nearest = results
    .flatMap(({ file, variant, others }) => others.map((other) => ({ file, variant, own: other.queryShare, ...other })))
    .sort((a, b) => b.own - a.own)
    .slice(0, 5);
  console.log(`nearest of other groups: ${nearest.map((pair) => `${describe(pair)} in ${pair.other}`).join('; ')}`);
  console.log(`\n${machine()}`);
}

function describe({ file, variant, own }) {
  return `${file} CRF ${variant.crf} ${variant.height}: ${own.toFixed(2)}`;
}
