import { join } from 'node:path';
import { type Layout, type LayoutRow, MissingPart } from './layout';
import { foldersIn, readLines, stemOf, videosIn } from './list-folder';

const families = { 'celeb-real': 'real', 'youtube-real': 'real', 'celeb-synthesis': 'fake' } as const;
/** Lines are `1 YouTube-real/00170.mp4`, where 1 is real. */
const testList = 'List_of_testing_videos.txt';
/** `id0_0000` is person 0, `id0_id1_0000` person 0 with the face of person 1. */
const personOf = /^(id\d+)_/;

/**
 * Celeb-DF v1 and v2 (Li et al. 2020), with or without a folder `videos` below each part. A group is the person who was
 * filmed: clips of one are often cut from the same interview. The face that was put on is another's, which no grouping
 * could keep apart, since everybody's face was put on many. `train` is what the test list does not name.
 */
export const celebDf: Layout = {
  title: 'Celeb-DF',
  looksFor: `Celeb-real/*.mp4, YouTube-real/*.mp4, Celeb-synthesis/*.mp4 and ${testList}`,
  splits: ['train', 'test'],
  compressed: false,
  async read(root, { split }) {
    const lines = await readLines(join(root, testList));
    const tested = new Set(lines?.map((line) => line.replace(/^[01]\s+/, '').toLowerCase()));
    const rows: LayoutRow[] = [];
    for (const part of await foldersIn(root)) {
      const label = families[part.toLowerCase() as keyof typeof families];
      if (!label) continue;
      for (const folder of [part, `${part}/videos`]) {
        for (const name of await videosIn(join(root, folder))) {
          const [, person] = personOf.exec(name) ?? [];
          const own = lines && (tested.has(`${part}/${name}`.toLowerCase()) ? 'test' : 'train');
          const group = person ?? `${part} ${stemOf(name)}`;
          rows.push({ file: `${folder}/${name}`, label, family: part, group, columns: { split: own ?? '' } });
        }
      }
    }
    if (split !== null && rows.length > 0 && !lines) throw new MissingPart(`--split ${split} needs ${testList}`);
    return { rows: rows.filter(({ columns }) => split === null || columns?.['split'] === split), notes: [] };
  },
};
