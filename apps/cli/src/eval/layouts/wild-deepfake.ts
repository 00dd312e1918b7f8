import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Layout, type LayoutRow, MissingPart } from './layout';
import { mediaBelow } from './list-folder';

/** The archive has its parts in a folder of this name. */
const inner = 'deepfake_in_the_wild';
const parts = ['real_train', 'fake_train', 'real_test', 'fake_test'] as const;

/**
 * WildDeepfake (Zi et al. 2020): face crops of sequences found on the net. The archives `1.tar.gz` ... of each part
 * unpack to `1/real/131/942.png`: video, label, sequence of one face, frame. A row is a sequence, a group the video that
 * it was cut from.
 */
export const wildDeepfake: Layout = {
  title: 'WildDeepfake',
  looksFor: `${parts.join(', ')}, each with unpacked folders of frames such as 1/real/131/942.png`,
  splits: ['train', 'test'],
  compressed: false,
  async read(root, { split }) {
    const rows: LayoutRow[] = [];
    let packed = 0;
    for (const base of ['', `${inner}/`]) {
      for (const part of parts) {
        const [label, own] = part.split('_') as ['real' | 'fake', 'train' | 'test'];
        if (split !== null && own !== split) continue;
        const folder = join(root, base, part);
        const names: string[] = await readdir(folder).catch(() => []);
        packed += names.filter((name) => name.endsWith('.tar.gz')).length;
        for (const { file, frames } of await mediaBelow(folder)) {
          if (!frames || file === '.') continue;
          // A folder into which somebody unpacked all archives is no video.
          const video = file.split('/').find((name) => /^\d+$/.test(name)) ?? file;
          const family = label === 'fake' ? 'WildDeepfake' : 'WildDeepfake real';
          rows.push({ file: `${base}${part}/${file}`, label, family, group: `${part} ${video}`, frames, columns: { split: own } }); // prettier-ignore
        }
      }
    }
    if (rows.length === 0 && packed > 0)
      throw new MissingPart(`its ${packed} archives are still packed: unpack each in its folder`);
    return { rows, notes: [] };
  },
};
