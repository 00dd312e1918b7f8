import { isKnown, type KnownMatch, KnownMedia } from '@assay/fingerprint';
import { isBytesSignal } from '@assay/pipeline';
import { ExitCode } from '../exit';
import { untilInterrupted } from '../interrupt';
import { fingerprintFile, md5OfFile } from '../known/fingerprint-file';
import { readHashListFile } from '../known/read-hash-list-file';

export interface MatchOptions {
  /** Path of the hash list. */
  against: string;
  json?: boolean;
  /** Seconds between hashes of the query. */
  every: number;
}

/** One thing of the list that the query shows. */
interface Match {
  name: string;
  type: string;
  /** Whether it is enough to call the query known. */
  known: boolean;
  queryShare: number;
  comparedShare: number;
  frames: KnownMatch['frames'];
}

/**
 * Says which things of a hash list a video or still shows.
 *
 * @returns ok, also when nothing matches: the answer is on stdout
 */
export async function match(file: string, options: MatchOptions): Promise<ExitCode> {
  return untilInterrupted(async (signal) => {
    const { signals } = await readHashListFile(options.against);
    const { frames, kind, durationSeconds } = await fingerprintFile(file, options.every, signal);
    const md5 = await md5OfFile(file, signal);
    const known = new KnownMedia();
    const matches: Match[] = [];
    for (const listed of signals) {
      if (!isBytesSignal(listed)) known.add({ name: listed.name, type: listed.type }, listed.frames);
      else if (listed.md5 === md5) matches.push(sameBytes(listed.name));
    }
    matches.push(...(await known.find(frames, kind === 'video' ? durationSeconds : null)).map(toMatch));
    if (options.json) console.log(JSON.stringify({ query: file, against: signals.length, matches }, null, 2));
    else for (const line of matchLines(matches, signals.length)) console.log(line);
    return ExitCode.ok;
  });
}

function sameBytes(name: string): Match {
  return { name, type: 'video_md5', known: true, queryShare: 1, comparedShare: 1, frames: [] };
}

function toMatch(found: KnownMatch): Match {
  const { item, queryShare, comparedShare, frames } = found;
  return { name: item.name, type: item.type, known: isKnown(found), queryShare, comparedShare, frames };
}

function matchLines(matches: readonly Match[], listed: number): string[] {
  if (matches.length === 0) return [`nothing of ${listed} signals is in it`];
  return matches.map((found) => {
    const { name, type, known, queryShare, comparedShare, frames } = found;
    const word = known ? 'known' : 'in part';
    const shares = `${percent(queryShare)} of the query, ${percent(comparedShare)} of ${type}`;
    const [first, last] = [frames[0], frames.at(-1)];
    if (!first || !last) return `${word}  ${name}  the same bytes`;
    const times = `${seconds(first.seconds)}-${seconds(last.seconds)} is ${seconds(first.knownSeconds)}-${seconds(last.knownSeconds)}`;
    return `${word}  ${name}  ${shares}  ${times}`;
  });
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const seconds = (value: number): string => `${value.toFixed(1)} s`;
