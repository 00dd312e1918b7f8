import { type Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { MissingPart } from './layout';

const videoExtensions = new Set(['.mp4', '.avi', '.mov', '.mkv', '.webm']);
const pictureExtensions = new Set(['.png', '.jpg', '.jpeg']);

const natural = new Intl.Collator('en', { numeric: true });
/** `frame2` before `frame10`: the order of time where frames are numbered. */
export const inNaturalOrder = (names: readonly string[]): string[] => [...names].sort(natural.compare);

async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isDirectory() ?? false;

/** Names of the folders in a folder, links to folders too; none where there is no such folder. */
export async function foldersIn(folder: string): Promise<string[]> {
  const entries = (await entriesOf(folder)).filter(({ name }) => !name.startsWith('.'));
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(join(folder, entry.name)))))
      names.push(entry.name);
  }
  return inNaturalOrder(names);
}

const filesWith = (extensions: ReadonlySet<string>) => async (folder: string) =>
  inNaturalOrder(
    (await entriesOf(folder))
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .filter((name) => extensions.has(extname(name).toLowerCase())),
  );
/** Names of the videos in a folder. */
export const videosIn = filesWith(videoExtensions);
/** Names of the pictures in a folder. */
export const picturesIn = filesWith(pictureExtensions);

export interface FoundMedia {
  /** Relative to where the search began, with `/`. */
  file: string;
  /** Pictures of a folder; absent for a video. */
  frames?: string[];
}

/** Every video below a folder, and every folder that holds pictures. */
export async function mediaBelow(folder: string, at = ''): Promise<FoundMedia[]> {
  const here = join(folder, at);
  const found: FoundMedia[] = (await videosIn(here)).map((name) => ({ file: at ? `${at}/${name}` : name }));
  const frames = await picturesIn(here);
  if (frames.length > 0) found.push({ file: at || '.', frames });
  for (const name of await foldersIn(here)) found.push(...(await mediaBelow(folder, at ? `${at}/${name}` : name)));
  return found;
}

/** File name without its extension: what lists of data sets call a video. */
export const stemOf = (file: string): string => {
  const name = file.split('/').at(-1) ?? file;
  return name.slice(0, name.length - extname(name).length) || name;
};

/**
 * Reads a JSON file of a data set.
 *
 * @returns null where there is no such file
 * @throws MissingPart when it is no JSON, or not what `schema` says
 */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new MissingPart(`${path} is not the list that the data set has under this name`);
  }
}

/** Lines of a text file without empty ones; null where there is no such file. */
export async function readLines(path: string): Promise<string[] | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return (
    text
      ?.split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean) ?? null
  );
}
