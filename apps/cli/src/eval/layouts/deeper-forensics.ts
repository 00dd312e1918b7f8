import { join } from 'node:path';
import { youtubeFolder } from './ffpp';
import { type Layout, type LayoutRow, MissingPart, type SplitName, splitNames } from './layout';
import { foldersIn, readLines, stemOf, videosIn } from './list-folder';

const listFolder = 'lists/splits';
/** The real part is FaceForensics++ at this compression, which its licence keeps out of the data set. */
const realCompression = 'c23';
const realFolders = ['', 'FaceForensics++', '../FaceForensics++'];

/**
 * DeeperForensics-1.0 (Jiang et al. 2020): `manipulated_videos/VARIANT/TARGET_SOURCE.mp4`. The families are the variants,
 * from `end_to_end` to those with perturbations; the real part is read from FaceForensics++ in the root or beside it, and
 * the recordings in `source_videos` are none of it, as the authors say. A group is the target video with all that was
 * put on it.
 */
export const deeperForensics: Layout = {
  title: 'DeeperForensics-1.0',
  looksFor: `manipulated_videos/VARIANT/*.mp4, and ${youtubeFolder(realCompression)}/*.mp4 of FaceForensics++ in the root or in FaceForensics++ in it or beside it`,
  splits: splitNames,
  compressed: false,
  async read(root, { split }) {
    const splitOf = new Map<string, SplitName>();
    const found: SplitName[] = [];
    for (const name of splitNames) {
      const lines = await readLines(join(root, listFolder, `${name}.txt`));
      if (lines) found.push(name);
      for (const line of lines ?? []) splitOf.set(stemOf(line), name).set(stemOf(line).slice(0, 3), name);
    }
    const rows: LayoutRow[] = [];
    const row = (file: string, label: 'real' | 'fake', family: string): LayoutRow => {
      const columns = { split: splitOf.get(stemOf(file)) ?? '' };
      return { file, label, family, group: stemOf(file).slice(0, 3), columns };
    };
    for (const variant of await foldersIn(join(root, 'manipulated_videos'))) {
      const folder = `manipulated_videos/${variant}`;
      for (const name of await videosIn(join(root, folder))) rows.push(row(`${folder}/${name}`, 'fake', variant));
    }
    if (rows.length === 0) return { rows, notes: [] };
    if (split !== null && !found.includes(split))
      throw new MissingPart(`--split ${split} needs ${listFolder}/${split}.txt`);
    const targets = new Set(rows.map(({ group }) => group));
    for (const base of realFolders) {
      const folder = join(base, youtubeFolder(realCompression));
      const names = (await videosIn(join(root, folder))).filter((name) => targets.has(stemOf(name)));
      rows.push(...names.map((name) => row(`${folder}/${name}`, 'real', 'youtube')));
      if (names.length > 0) break;
    }
    const notes = rows.some(({ label }) => label === 'real')
      ? []
      : ['There is no real part: it is FaceForensics++ at c23, which was not found in the root or beside it.'];
    return { rows: rows.filter(({ columns }) => split === null || columns?.['split'] === split), notes };
  },
};
