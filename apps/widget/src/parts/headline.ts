import type { Verdict } from '@assay/contracts';
import { clock, labelSigns, labelWords, chance, intervalWords, mockWords, prevalenceWords } from '@assay/wording';
import { h } from '../dom';
import { pill } from './pill';

/** The answer: word and sign, probability with its interval, and the scale that the thresholds divide. */
export function headline(verdict: Verdict): HTMLElement {
  const { verdict: label, probability, interval, thresholds, file, kind, durationSeconds } = verdict;
  const what = kind === 'still' ? 'Picture' : kind === 'video' ? 'Video' : null;
  const facts = [what, durationSeconds ? clock(durationSeconds) : null].filter((fact) => fact !== null).join(' · ');
  const [low, high] = interval ?? [probability ?? 0, probability ?? 0];
  return h(
    'header',
    { part: 'header' },
    h(
      'p',
      { class: 'file', part: 'file' },
      file ?? 'Unnamed file',
      facts && h('span', { class: 'soft' }, ` · ${facts}`),
    ),
    h(
      'p',
      { class: `label ${label}`, part: `label ${label}`, role: 'heading', 'aria-level': '2' },
      h('span', { 'aria-hidden': 'true' }, labelSigns[label]),
      ` ${labelWords[label]}`,
    ),
    verdict.mock && h('p', { part: 'mock' }, pill('mock', mockWords.sign, mockWords.mark), ` ${mockWords.text}`),
    probability !== null &&
      h(
        'div',
        {
          class: 'scale',
          part: 'scale',
          role: 'img',
          'aria-label': `${chance(probability)} probability of manipulation; ${chance(low)} to ${chance(high)} is ${intervalWords({ kind })}`,
        },
        h('span', { class: 'zone authentic', style: `left:0;width:${share(thresholds.authentic)}` }),
        h('span', { class: 'zone manipulated', style: `left:${share(thresholds.manipulated)};right:0` }),
        h('span', { class: 'interval', style: `left:${share(low)};width:${share(high - low)}` }),
        h('span', { class: 'marker', style: `left:${share(probability)}` }),
      ),
    probability !== null &&
      h(
        'p',
        { class: 'soft' },
        `${chance(probability)} probability of manipulation (90 % interval ${chance(low)} to ${chance(high)})`,
      ),
    h('p', { class: 'soft' }, prevalenceWords(verdict)),
  );
}

const share = (fraction: number): string => `${fraction * 100}%`;
