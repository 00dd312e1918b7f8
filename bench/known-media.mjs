/**
 * How well videos are known again: `node bench/known-media.mjs <folder of clips>`, after `npm run build:ts`. Every clip is known
 * by what a scan takes of it; queries are excerpts of ten seconds of all of them, encoded again at several qualities and heights,
 * fingerprinted as a scan does it. Prints recall (excerpts that are known as their own clip) and false matches (excerpts that are
 * known as one of another group), by the share of frames from which videos count as the same. The share is chosen on one half of
 * the groups and reported on the other.
 *
 * `--start 0.5,2.2` is where excerpts begin, seconds, in turns; `--every n` takes each n-th clip for queries; `--minutes n` ends after
 * that time, with all clips at some qualities rather than some clips at all. `--film` joins all clips into
 * one long video first, which is known beside them: excerpts of ten seconds are then taken from all over it. `--csv FILE`
 * keeps what was measured of each pair. A `clips.csv` in the folder with columns `file` and `group` names clips that share
 * footage: matches inside a group count for nothing.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machine } from './machine.mjs';

const require = createRequire(import.meta.url);
const { defaultMediaLimits, defaultPolicy } = require('../libs/contracts');
const { isKnown, KnownMedia, minAlignedShare, relationOf } = require('../libs/fingerprint');
const { ThumbnailHasher, frameOf } = require('../libs/pipeline');
const { decodeSegment, planFrames, probeMedia } = require('../libs/video');

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    start: { type: 'string', default: '0.5,2.2' },
    every: { type: 'string', default: '1' },
    minutes: { type: 'string', default: 'Infinity' },
    film: { type: 'boolean', default: false },
    csv: { type: 'string' },
  },
});
const excerptSeconds = 10;
/** What is left of a short clip behind the start is a query from here on. */
const shortestSeconds = 1;
/** Between the best and the worst, and the two other corners of quality and height. */
const variants = [
  { crf: 28, height: 720 },
  { crf: 40, height: 360 },
  { crf: 18, height: 1080 },
  { crf: 34, height: 480 },
  { crf: 18, height: 360 },
  { crf: 40, height: 1080 },
];
/** Shares of frames to choose from. */
const shares = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** Size of the film, and how far apart its excerpts begin: no multiple of anything that a scan goes by. */
const film = { name: 'film.mp4', width: 1280, height: 720, framesPerSecond: 25, stepSeconds: 7.3 };

const folder = resolve(positionals[0] ?? '.');
const groups = readGroups();
const files = readdirSync(folder)
  .filter((name) => /\.(mp4|mkv|webm|mov|avi)$/i.test(name))
  .sort();
const signal = new AbortController().signal;
const work = mkdtempSync(join(tmpdir(), 'assay-known-'));

/** As `look` takes it: of the frames that a scan decodes anyway. */
async function fingerprint(path) {
  const value = (outcome) => {
    if (!outcome.ok) throw new Error(`${path}: ${outcome.rejection.message}`);
    return outcome.value;
  };
  const probed = value(await probeMedia(path, defaultMediaLimits, signal));
  const plan = value(await planFrames(path, probed, defaultPolicy, signal));
  const { durationSeconds } = probed.probe;
  const frames = [];
  for (const segment of plan.segments) {
    const thumbnails = new ThumbnailHasher(durationSeconds);
    for await (const frame of decodeSegment(path, probed.probe, plan, segment, signal, { thumbnails })) frame.release();
    frames.push(...thumbnails.stored().map(frameOf));
  }
  // A clip that gave nothing would count as missed: that is a fault of the run, not a figure.
  if (frames.length === 0) throw new Error(`${path}: no fingerprint`);
  return { frames, durationSeconds };
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

const ffmpeg = (...args) => execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args]);
const h264 = (crf) => ['-c:v', 'libx264', '-preset', 'superfast', '-crf', String(crf), '-pix_fmt', 'yuv420p'];

function encode(path, startSeconds, { crf, height }, target) {
  const scale = `scale=1920:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2`;
  ffmpeg('-ss', startSeconds, '-t', excerptSeconds, '-i', path, '-an', '-vf', scale, ...h264(crf), target);
}

/** All clips one after the other, each brought into the same picture. */
function makeFilm(target) {
  const { width, height, framesPerSecond } = film;
  const fit = `scale=${width}:${height}:force_original_aspect_ratio=decrease,pad=${width}:${height}:-1:-1,setsar=1`;
  const parts = files.map((_, i) => `[${i}:v]fps=${framesPerSecond},${fit}[v${i}]`);
  const joined = `${files.map((_, i) => `[v${i}]`).join('')}concat=n=${files.length}:v=1[film]`;
  const graph = [...parts, joined].join(';');
  ffmpeg(
    ...files.flatMap((file) => ['-i', join(folder, file)]),
    '-filter_complex',
    graph,
    '-map',
    '[film]',
    ...h264(23),
    target,
  );
}

const durations = new Map();

try {
  const known = new KnownMedia();
  const addKnown = async (name, path) => {
    const { frames, durationSeconds } = await fingerprint(path);
    durations.set(name, durationSeconds);
    known.add({ name, type: 'vpdq', durationSeconds }, frames);
    console.error(`known: ${name}, ${durationSeconds} s, ${frames.length} hashes`);
  };
  for (const file of files) await addKnown(file, join(folder, file));
  if (options.film) {
    makeFilm(join(work, film.name));
    await addKnown(film.name, join(work, film.name));
  }
  const queries = options.film ? filmQueries(durations.get(film.name)) : clipQueries();
  const results = [];
  const endsAt = Date.now() + 60_000 * Number(options.minutes);
  for (const { file, path, start, variant } of queries) {
    if (Date.now() > endsAt) break;
    const target = join(work, 'excerpt.mp4');
    encode(path, String(start), variant, target);
    const { frames, durationSeconds } = await fingerprint(target);
    const matches = await known.find(frames, durationSeconds);
    const own = matches.find(({ item }) => item.name === file) ?? null;
    const others = matches.filter(({ item }) => isStranger(item.name, file));
    results.push({ file, start, variant, own, others });
    console.error(`${results.length} of ${queries.length}: ${describe(results.at(-1))}`);
  }
  if (options.csv) keep(results);
  report(results);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** One quality of all clips after the other. */
function clipQueries() {
  const starts = options.start.split(',').map(Number);
  const some = files.filter((_, i) => i % Number(options.every) === 0);
  return variants.flatMap((variant, turn) =>
    some.flatMap((file, i) => {
      const start = starts[(i + turn) % starts.length];
      if (durations.get(file) - start < shortestSeconds) return [];
      return [{ file, path: join(folder, file), start, variant }];
    }),
  );
}

function filmQueries(durationSeconds) {
  const count = Math.floor((durationSeconds - excerptSeconds) / film.stepSeconds);
  const starts = Array.from({ length: count }, (_, i) => Number((i * film.stepSeconds + 0.5).toFixed(2)));
  const path = join(work, film.name);
  return variants.flatMap((variant) => starts.map((start) => ({ file: film.name, path, start, variant })));
}

function groupOf(file) {
  return groups.get(file) ?? file;
}

/** The film has footage of all clips: nothing is a stranger to it. */
function isStranger(name, file) {
  return groupOf(name) !== groupOf(file) && name !== film.name && file !== film.name;
}

function report(results) {
  const names = [...new Set(files.map(groupOf))].sort();
  const half = new Map(names.map((name, i) => [name, i % 2]));
  console.log(`${files.length} clips in ${names.length} groups, ${results.length} excerpts\n`);
  if (options.film) {
    const all = count(results, () => true);
    table('of a long video', all);
  } else {
    const chosenOn = count(
      results.filter(({ file }) => half.get(groupOf(file)) === 0),
      (name) => half.get(groupOf(name)) === 0,
    );
    // What is known of the first half counts here too: these pairs were not looked at for the choice.
    const reportedOn = count(
      results.filter(({ file }) => half.get(groupOf(file)) === 1),
      () => true,
    );
    table('first half of the groups', chosenOn);
    const safe = chosenOn.filter(({ wrong }) => wrong === 0);
    const most = Math.max(...safe.map(({ found }) => found));
    const chosen = safe.filter(({ found }) => found === most).at(-1).share;
    console.log(`chosen there: ${chosen}, the largest share of no false match that misses the least\n`);
    table('other half, and all clips known', reportedOn);
    table(
      'all',
      count(results, () => true),
    );
  }
  byVariant(results);
  const missed = results.filter(({ own }) => !own || !isKnown(own));
  console.log(`\nmissed at ${minAlignedShare}: ${missed.map(describe).join('; ') || 'none'}`);
  const nearest = results
    .flatMap((result) => result.others.map((own) => ({ ...result, own })))
    .sort((a, b) => b.own.alignment.share * b.own.alignment.matched - a.own.alignment.share * a.own.alignment.matched)
    .slice(0, 5);
  console.log(
    `nearest of other groups: ${nearest.map((pair) => `${describe(pair)} in ${pair.own.item.name}`).join('; ') || 'none'}`,
  );
  console.log(`\n${machine()}`);
}

/** Of each share: own clips found, strangers taken for the same. */
function count(results, isWanted) {
  const pairs = results.reduce(
    (sum, { file }) => sum + files.filter((name) => isWanted(name) && isStranger(name, file)).length,
    0,
  );
  return shares.map((share) => ({
    share,
    of: results.length,
    found: results.filter(({ own }) => own && isKnown(own, share)).length,
    wrong: results.flatMap(({ others }) => others).filter((match) => isWanted(match.item.name) && isKnown(match, share))
      .length,
    pairs,
  }));
}

function percent(part, of) {
  return `${((100 * part) / of).toFixed(1)} %`;
}

function table(title, rows) {
  console.log(`${title}\n\n| share of frames | recall | false matches |\n| --- | --- | --- |`);
  for (const { share, of, found, wrong, pairs } of rows) {
    console.log(`| ${share} | ${percent(found, of)} (${found} of ${of}) | ${wrong} of ${pairs} |`);
  }
  console.log();
}

function byVariant(results) {
  console.log(
    `| excerpts at | recall at ${minAlignedShare} | median distance of aligned frames, bits |\n| --- | --- | --- |`,
  );
  for (const { crf, height } of variants) {
    const some = results.filter(({ variant }) => variant.crf === crf && variant.height === height);
    if (some.length === 0) continue;
    const distances = some.flatMap(({ own }) => (own ? [own.alignment.distance] : [])).sort((a, b) => a - b);
    const found = some.filter(({ own }) => own && isKnown(own)).length;
    console.log(
      `| CRF ${crf}, ${height} lines | ${percent(found, some.length)} (${found} of ${some.length}) | ${distances[distances.length >> 1]} |`,
    );
  }
}

function keep(results) {
  writeFileSync(
    options.csv,
    'file,start,crf,height,known,stranger,queryShare,share,matched,compared,fewest,distance\n',
  );
  for (const { file, start, variant, own, others } of results) {
    for (const match of [...(own ? [own] : []), ...others]) {
      const { share, matched, compared, fewest, distance } = match.alignment;
      const row = [file, start, variant.crf, variant.height, match.item.name, match === own ? 0 : 1];
      appendFileSync(options.csv, `${[...row, match.queryShare, share, matched, compared, fewest, distance].join()}\n`);
    }
  }
}

function describe({ file, start, variant, own }) {
  const what = own
    ? `${own.alignment.matched} of ${own.alignment.compared} at ${own.alignment.distance} bits, ${relationOf(own)}`
    : 'nothing';
  return `${file} from ${start} CRF ${variant.crf} ${variant.height}: ${what}`;
}
