import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Layout, type LayoutRow, splitNames } from './layout';
import { foldersIn, readJson, stemOf } from './list-folder';

/** The challenge's parts say `label`, its test set `is_fake`. */
const Metadata = z.record(
  z.string(),
  z.object({
    label: z.enum(['REAL', 'FAKE']).optional(),
    is_fake: z.union([z.literal(0), z.literal(1)]).optional(),
    split: z.string().optional(),
    original: z.string().nullish(),
  }),
);
const splitOf: Record<string, string> = { train: 'train', validation: 'val', val: 'val', test: 'test' };

/**
 * Deepfake Detection Challenge (Dolhansky et al. 2020): each folder of videos has a `metadata.json` beside them, in the
 * root or one or two folders below it. A group is an original with everything that was made of it.
 */
export const dfdc: Layout = {
  title: 'DFDC',
  looksFor: 'metadata.json beside the videos, in the root or in folders such as dfdc_train_part_0',
  splits: splitNames,
  compressed: false,
  async read(root, { split }) {
    const rows: LayoutRow[] = [];
    let absent = 0;
    for (const folder of await partsOf(root)) {
      const metadata = (await readJson(join(root, folder, 'metadata.json'), Metadata)) ?? {};
      for (const [name, { label, is_fake: isFake, split: said, original }] of Object.entries(metadata)) {
        if (label === undefined && isFake === undefined) continue;
        const fake = label === 'FAKE' || isFake === 1;
        const file = folder ? `${folder}/${name}` : name;
        const own = splitOf[said ?? ''] ?? splitOf[folder.split('/')[0] ?? ''] ?? '';
        if (split !== null && own !== split) continue;
        if (!(await stat(join(root, file)).catch(() => null))?.isFile()) absent += 1;
        else {
          const group = stemOf(fake && original ? original : name);
          rows.push({ file, label: fake ? 'fake' : 'real', family: fake ? 'DFDC' : 'original', group, columns: { split: own } }); // prettier-ignore
        }
      }
    }
    return { rows, notes: absent > 0 ? [`Videos of metadata.json that are not there: ${absent}.`] : [] };
  },
};

async function partsOf(root: string): Promise<string[]> {
  const parts = [''];
  for (const name of await foldersIn(root)) {
    parts.push(name);
    for (const below of await foldersIn(join(root, name))) parts.push(`${name}/${below}`);
  }
  return parts;
}
