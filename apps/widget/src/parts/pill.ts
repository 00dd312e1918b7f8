import { h } from '../dom';

/** A short word that has to be seen: colour by its kind, with a sign for those who do not see the colour. */
export const pill = (kind: string, sign: string, words: string): HTMLElement =>
  h('span', { class: `pill ${kind}`, part: `pill ${kind}` }, h('span', { 'aria-hidden': 'true' }, sign), ` ${words}`);
