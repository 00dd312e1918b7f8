import { type BootstrapSettings, estimate, type Figure } from './bootstrap';
import { shareOf } from './decisions';
import { type Observation, sampleOf } from './sample';

/**
 * How often an answer's interval holds what the same item is given when it is seen again: other frames, another encode.
 * An interval that keeps its word covers its nominal share of them, no less (too sure) and no more (too timid). Items
 * without a probability on either side are left out.
 *
 * @param pairs the same item twice; group and interval are those of `before`
 * @returns share in 0..1 with its 95 % bootstrap interval by group
 */
export function intervalCoverage(
  pairs: readonly { before: Observation; after: Observation }[],
  settings: BootstrapSettings,
): Figure {
  const covered = new Map<Observation, boolean>();
  for (const { before, after } of pairs) {
    if (before.abstained || after.abstained || !before.interval) continue;
    const [low, high] = before.interval;
    covered.set(before, low <= after.score && after.score <= high);
  }
  const share = shareOf((row) => covered.get(row) === true);
  return estimate({ share }, sampleOf([...covered.keys()]), settings).share;
}
