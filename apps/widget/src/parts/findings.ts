import type { Verdict } from '@assay/contracts';
import { credentialsWords, decisionSigns, decisionWords, revisionWords } from '@assay/wording';
import { h } from '../dom';
import { pill } from './pill';

/** What stands beside the measurement: what people decided on it or its like, what the file claims, that it was revised. */
export function findings(verdict: Verdict): HTMLElement {
  // Documents of earlier versions lack some of it.
  const { knownMedia, provenance, revision } = verdict as Partial<Verdict>;
  return h(
    'section',
    { class: 'findings', part: 'findings', 'aria-label': 'Beside the measurement' },
    knownMedia && knownMedia.matches.length > 0 && known(knownMedia),
    provenance && h('p', { class: 'soft', part: 'credentials' }, `Content Credentials: ${credentialsWords(verdict)}`),
    revision && h('p', { class: 'soft', part: 'revision' }, revisionWords(revision)),
  );
}

/** The sentence says by whom. */
function known({ inherited, text }: NonNullable<Verdict['knownMedia']>): HTMLElement {
  const mark =
    inherited && pill(inherited.label, decisionSigns[inherited.label], `${decisionWords[inherited.label]}, inherited`);
  return h('p', { part: 'known' }, mark, mark ? ` ${text}` : text);
}
