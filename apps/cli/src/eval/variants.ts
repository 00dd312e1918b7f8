import {
  type Alteration,
  attackAlteration,
  type Perturbation,
  perturbationAlteration,
  type VideoAttack,
} from '@assay/video';
import type { uploads } from '../stability/uploads';
import { cellName } from './perturb-grid';

/** Something done to the items before they are scored once more. */
export interface Variant {
  /** Unlike every other's: scores are known again by it. */
  name: string;
  alteration: Alteration;
}

/** Nothing done, but encoded again as for every other variant: what the others are measured against. */
export const control: Variant = { name: 'control', alteration: { filter: null, crf: null } };

export const cellVariant = (cell: Perturbation): Variant => ({
  name: cellName(cell),
  alteration: perturbationAlteration(cell),
});

export const uploadVariant = ({ name, alteration }: (typeof uploads)[number]): Variant => ({
  name: `upload:${name}`,
  alteration,
});

export const attackVariant = (attack: VideoAttack): Variant => ({
  name: `attack:${attack}`,
  alteration: attackAlteration(attack),
});
