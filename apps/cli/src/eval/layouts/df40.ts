import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { type Layout, type LayoutRow, MissingPart, type SplitName, splitNames } from './layout';
import { foldersIn, inNaturalOrder, mediaBelow, picturesIn, readJson, stemOf } from './list-folder';

const listFolders = ['dataset_json', 'preprocessing/dataset_json'];
/** A video in the lists; between it and the method stand split and, for FaceForensics++, compression. */
const Listed = z.object({ label: z.string(), frames: z.array(z.string()).min(1) });

/** `000_003` and `000` are footage of FaceForensics++, `id1_id0_0007` and `id1_0007` that of Celeb-DF. */
const footageOf = (video: string): string => /^(id\d+|\d{3})(?=_|$)/.exec(video)?.[1] ?? video;

/** Frames of one video, by the path that the lists have. */
interface ListedVideo {
  method: string;
  split: SplitName | '';
  video: string;
  frames: string[];
}

function* listedIn(node: unknown, path: readonly string[]): Generator<ListedVideo> {
  const video = Listed.safeParse(node);
  if (video.success) {
    const split = splitNames.find((name) => path.includes(name)) ?? '';
    yield { method: video.data.label, split, video: path.at(-1) ?? '', frames: video.data.frames };
  } else if (typeof node === 'object' && node !== null) {
    for (const [key, below] of Object.entries(node)) yield* listedIn(below, [...path, key]);
  }
}

const isReal = (words: string): boolean => /(^|[_/-])real($|[_/-])/i.test(words);

/**
 * DF40 (Yan et al. 2024), as the authors publish it after cutting out faces: frames in `METHOD/{ff,cdf}/frames/VIDEO` or
 * `METHOD/VIDEO`, and, where they are there, the lists of DeepfakeBench in `dataset_json`. With lists the real part is
 * theirs, from FaceForensics++ and Celeb-DF beside the root; without, only folders called `real` are real.
 */
export const df40: Layout = {
  title: 'DF40',
  looksFor: 'dataset_json/*.json, or METHOD/{ff,cdf}/frames/VIDEO/*.png, METHOD/VIDEO/*.png and METHOD/**/*.mp4',
  splits: splitNames,
  compressed: false,
  async read(root, { split }) {
    for (const folder of listFolders) {
      const names: string[] = await readdir(join(root, folder)).catch(() => []);
      const lists = inNaturalOrder(names.filter((name) => name.endsWith('.json')));
      if (lists.length > 0) {
        return fromLists(
          root,
          lists.map((name) => join(folder, name)),
          split,
        );
      }
    }
    const rows = await fromFolders(root);
    if (rows.length > 0 && split !== null) throw new MissingPart(`--split ${split} needs the lists in dataset_json`);
    const notes = rows.some(({ label }) => label === 'real')
      ? []
      : ['There is no real part: without the lists in dataset_json, only folders called real are real.'];
    return { rows, notes: rows.length > 0 ? notes : [] };
  },
};

async function fromLists(root: string, lists: readonly string[], split: SplitName | null) {
  const rows = new Map<string, LayoutRow>();
  let absent = 0;
  for (const list of lists) {
    const name = stemOf(list);
    for (const listed of listedIn(await readJson(join(root, list), z.unknown()), [])) {
      if (split !== null && listed.split !== split) continue;
      const folder = await folderOf(root, listed.frames[0]!);
      if (folder === null) absent += 1;
      // The same real footage is in the list of every method.
      else if (!rows.has(folder)) {
        const real = isReal(listed.method);
        const wanted = new Set(listed.frames.map((frame) => frame.split(/[/\\]/).at(-1)));
        rows.set(folder, {
          file: folder,
          label: real ? 'real' : 'fake',
          family: real ? 'real' : name,
          group: footageOf(listed.video),
          frames: (await picturesIn(join(root, folder))).filter((picture) => wanted.has(picture)),
          columns: { split: listed.split },
        });
      }
    }
  }
  const notes = absent > 0 ? [`Videos of the lists that are not there: ${absent}.`] : [];
  return { rows: [...rows.values()].filter(({ frames }) => frames?.length), notes };
}

/** Lists name frames from where the authors had all data sets: the folder of that name, or the one that holds the root. */
async function folderOf(root: string, frame: string): Promise<string | null> {
  const parts = frame.split(/[/\\]/).slice(0, -1);
  const data = parts.findIndex((part) => /^DF40(_train|_test)?$/i.test(part));
  const shared = parts.lastIndexOf('deepfakes_detection_datasets');
  const places = [
    ...(data >= 0 ? [join(root, ...parts.slice(data + 1))] : []),
    ...(shared >= 0
      ? [join(dirname(root), ...parts.slice(shared + 1)), join(root, ...parts.slice(shared + 1))]
      : [join(root, ...parts)]),
  ];
  for (const place of places) {
    if ((await stat(place).catch(() => null))?.isDirectory()) return relative(root, place);
  }
  return null;
}

async function fromFolders(root: string): Promise<LayoutRow[]> {
  const rows: LayoutRow[] = [];
  for (const method of await foldersIn(root)) {
    for (const { file, frames } of await mediaBelow(join(root, method))) {
      const inside = file.split('/');
      const domain = inside.find((part) => part === 'ff' || part === 'cdf') ?? '';
      const real = isReal(inside.slice(0, -1).join('/')) || isReal(method);
      rows.push({
        file: file === '.' ? method : `${method}/${file}`,
        label: real ? 'real' : 'fake',
        family: real ? 'real' : method,
        group: footageOf(stemOf(inside.at(-1) ?? file)),
        ...(frames ? { frames } : {}),
        columns: { domain },
      });
    }
  }
  return rows;
}
