import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError, ExitCode } from '../../exit';
import type { EvalItem } from '../read-csv';
import { celebDf } from './celeb-df';
import { deeperForensics } from './deeper-forensics';
import { df40 } from './df40';
import { dfdc } from './dfdc';
import { ffpp } from './ffpp';
import { type Compression, type Layout, type LayoutRow, MissingPart, type SplitName } from './layout';
import { inNaturalOrder } from './list-folder';
import { noFace } from './no-face';
import { wildDeepfake } from './wild-deepfake';

/** By the names that `--layout` takes. */
export const layouts = {
  ffpp,
  'celeb-df': celebDf,
  dfdc,
  'wild-deepfake': wildDeepfake,
  'deeper-forensics': deeperForensics,
  df40,
  'no-face': noFace,
} satisfies Record<string, Layout>;
export type LayoutName = keyof typeof layouts;
export const layoutNames = Object.keys(layouts) as LayoutName[];

/** The folder is not what `--layout` says, or lacks what was asked of it. */
export class LayoutError extends CliError {
  override name = 'LayoutError';
  constructor(
    readonly layout: LayoutName,
    readonly root: string,
    why: string,
  ) {
    super(`--layout ${layout} ${root}: ${why}`, ExitCode.usage);
  }
}

export interface LayoutQuestion {
  layout: LayoutName;
  /** Absent: c23, where the data set comes at several. */
  compression?: Compression;
  split?: SplitName;
}

/** As in most papers: a little compressed, as videos on the net are. */
const usualCompression = 'c23';
/** Of long sequences this many frames are taken, evenly: four times as many as are looked at in a short clip. */
const mostFrames = 64;
/** Names told when nothing fits: enough to see what the folder is. */
const namesTold = 8;

/**
 * The labelled items of a data set's folder.
 *
 * @returns items in the order of names; notes are for people, a sentence each
 * @throws LayoutError when the folder is not of that layout, or has nothing of what is asked
 */
export async function readLayout(
  root: string,
  { layout: name, compression, split }: LayoutQuestion,
): Promise<{ items: EvalItem[]; title: string; notes: string[] }> {
  const layout: Layout = layouts[name];
  const wrong = (why: string): LayoutError => new LayoutError(name, root, why);
  if (compression !== undefined && !layout.compressed) throw wrong(`${layout.title} has no --compression`);
  if (split !== undefined && !layout.splits.includes(split)) {
    const has = layout.splits.length ? `the splits ${layout.splits.join(', ')}` : 'no splits';
    throw wrong(`${layout.title} has ${has}`);
  }
  if (!(await stat(root).catch(() => null))?.isDirectory()) throw wrong('there is no such folder');
  const request = { compression: compression ?? usualCompression, split: split ?? null } as const;
  const { rows, notes } = await layout.read(root, request).catch((error: unknown) => {
    throw error instanceof MissingPart ? wrong(error.message) : error;
  });
  if (rows.length === 0) {
    const there = inNaturalOrder(await readdir(root));
    const found = there.length > namesTold ? `${there.slice(0, namesTold).join(', ')} ...` : there.join(', ');
    const asked = [layout.compressed && request.compression, split && `split ${split}`].filter(Boolean).join(', ');
    const what = `nothing of ${layout.title}${asked ? ` (${asked})` : ''}`;
    throw wrong(`${what} is there. Looked for: ${layout.looksFor}. The folder has: ${found || 'nothing'}`);
  }
  const title = [layout.title, layout.compressed && request.compression, split].filter(Boolean).join(', ');
  return { items: rows.map((row) => itemOf(root, row)), title, notes };
}

function itemOf(root: string, { file, label, family, group, frames, columns }: LayoutRow): EvalItem {
  const path = resolve(root, file);
  return {
    ...{ id: file, file, path, fake: label === 'fake', family, group, region: 'full' },
    ...(label === 'no_face' ? { noFace: true } : {}),
    ...(frames ? { frames: evenly(frames, mostFrames).map((frame) => join(path, frame)) } : {}),
    columns: { file, label, family, group, ...columns },
  };
}

/** At most `count` of them at even distances, the first and the last among them. */
function evenly<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1))]!);
}
