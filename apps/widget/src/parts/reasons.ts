import type { Verdict } from '@assay/contracts';
import { h } from '../dom';

/** Why, the most important first. */
export function reasons({ rejection, reasons: all }: Verdict): HTMLElement {
  const texts = rejection ? [rejection.message] : all.map(({ text }) => text);
  return h('section', { part: 'reasons', 'aria-label': 'Why' }, h('ul', {}, ...texts.map((text) => h('li', {}, text))));
}
