import { relative } from 'node:path';
import { collectInputs } from '../../inputs/collect-inputs';
import type { Layout } from './layout';

/**
 * Any folder in which nothing is a face: empty scenes, and things that look like faces (Wardle et al. 2020 on seeing
 * faces in things). Every picture and video below it counts; families are the folders in it.
 */
export const noFace: Layout = {
  title: 'no face',
  looksFor: 'pictures or videos, in the root or in folders below it',
  splits: [],
  compressed: false,
  async read(root) {
    const inputs = await collectInputs([root]);
    return {
      rows: inputs.flatMap((input) => {
        if (input.kind !== 'file') return [];
        const file = relative(root, input.path);
        const [folder] = file.split('/');
        return [{ file, label: 'no_face' as const, family: folder === file ? 'no face' : (folder ?? ''), group: file }];
      }),
      notes: [],
    };
  },
};
