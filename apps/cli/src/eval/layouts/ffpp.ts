import { join } from 'node:path';
import { z } from 'zod';
import { type Compression, type Layout, type LayoutRow, MissingPart, type SplitName, splitNames } from './layout';
import { foldersIn, readJson, stemOf, videosIn } from './list-folder';

/** Pairs of target and source sequence; each pair was swapped both ways. */
const Pairs = z.array(z.tuple([z.string(), z.string()]));
/** Where the authors keep the lists, and where people put them. */
const listFolders = ['splits', '.', 'dataset/splits'];

/** Real footage of FaceForensics++ by itself: DeeperForensics and DF40 use it too. */
export const youtubeFolder = (compression: Compression): string =>
  join('original_sequences', 'youtube', compression, 'videos');

interface Lists {
  /** Which sequence was paired with which. */
  partner: Map<string, string>;
  split: Map<string, SplitName>;
  found: SplitName[];
}

async function readLists(root: string): Promise<Lists> {
  const lists: Lists = { partner: new Map(), split: new Map(), found: [] };
  for (const split of splitNames) {
    for (const folder of listFolders) {
      const pairs = await readJson(join(root, folder, `${split}.json`), Pairs);
      if (!pairs) continue;
      lists.found.push(split);
      for (const [a, b] of pairs) {
        lists.partner.set(a, b).set(b, a);
        lists.split.set(a, split).set(b, split);
      }
      break;
    }
  }
  return lists;
}

/** `000_003` and `003_000`, and the originals 000 and 003: the same two people in the same two pieces of footage. */
const pairGroup = (a: string, b: string): string => [a, b].sort().join('_');
const swapped = /^(\d{3})_(\d{3})$/;
/** Deep Fake Detection: `TARGET_SOURCE__SCENE__EXPERIMENT`, and `ACTOR__SCENE` for the originals. */
const actorOf = /^(\d+)(?:_\d+)?__/;

/**
 * FaceForensics++ (Roessler et al. 2019) with FaceShifter (Li et al. 2020) and Deep Fake Detection (Google and Jigsaw
 * 2019), in the folders that the authors' download script makes. A group is a pair of sequences, or an actor. The
 * actors' part has no splits and is left out when one is asked for.
 */
export const ffpp: Layout = {
  title: 'FaceForensics++',
  looksFor:
    'original_sequences/{youtube,actors}/COMPRESSION/videos/*.mp4 and manipulated_sequences/METHOD/COMPRESSION/videos/*.mp4',
  splits: splitNames,
  compressed: true,
  async read(root, { compression, split }) {
    const rows: LayoutRow[] = [];
    const lists = await readLists(root);
    const add = async (kind: 'original_sequences' | 'manipulated_sequences', family: string): Promise<void> => {
      const folder = `${kind}/${family}/${compression}/videos`;
      for (const name of await videosIn(join(root, folder))) {
        const label = kind === 'original_sequences' ? 'real' : 'fake';
        const own = lists.split.get(stemOf(name).slice(0, 3)) ?? '';
        const columns = { compression, split: actorOf.test(name) ? '' : own };
        rows.push({ file: `${folder}/${name}`, label, family, group: stemOf(name), columns });
      }
    };
    for (const family of await foldersIn(join(root, 'original_sequences'))) await add('original_sequences', family);
    for (const family of await foldersIn(join(root, 'manipulated_sequences')))
      await add('manipulated_sequences', family);
    if (split !== null && rows.length > 0 && !lists.found.includes(split))
      throw new MissingPart(`--split ${split} needs splits/${split}.json`);
    // What was swapped with what is told by the names, too, where the lists are not there.
    for (const { group } of rows) {
      const [, target, source] = swapped.exec(group) ?? [];
      if (target && source) lists.partner.set(target, source).set(source, target);
    }
    const grouped = rows.map((row) => ({ ...row, group: groupOf(row.group, lists.partner) }));
    return {
      rows: split === null ? grouped : grouped.filter(({ columns }) => columns?.['split'] === split),
      notes: [],
    };
  },
};

function groupOf(stem: string, partner: ReadonlyMap<string, string>): string {
  const [, actor] = actorOf.exec(stem) ?? [];
  if (actor) return `actor ${actor}`;
  const [, target, source] = swapped.exec(stem) ?? [];
  if (target && source) return pairGroup(target, source);
  const other = partner.get(stem);
  return other ? pairGroup(stem, other) : stem;
}
