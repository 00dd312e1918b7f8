import type { Verdict } from '@assay/contracts';
import { formatProbability, labelWords } from '../report/words';
import type { EvalItem } from './read-csv';

/** Shown of each kind: enough to see a pattern. */
const shownOfEachKind = 6;

/** Real items with the highest probability and fakes with the lowest, each on the wrong side of one half. */
export function worstMistakes(items: readonly EvalItem[], verdicts: readonly Verdict[]) {
  const wrong = items.flatMap((item, i) => {
    const verdict = verdicts[i];
    const probability = verdict?.probability ?? null;
    if (!verdict || probability === null) return [];
    const by = item.fake ? 0.5 - probability : probability - 0.5;
    return by > 0
      ? [{ index: i, item, by, said: `${formatProbability(probability)}, ${labelWords[verdict.verdict].text}` }]
      : [];
  });
  wrong.sort((a, b) => b.by - a.by);
  return [false, true].flatMap((fake) =>
    wrong
      .filter(({ item }) => item.fake === fake)
      .slice(0, shownOfEachKind)
      .map(({ index, item, said }) => ({
        index,
        item: item.id,
        family: item.family,
        truth: fake ? 'fake' : 'real',
        said,
      })),
  );
}
