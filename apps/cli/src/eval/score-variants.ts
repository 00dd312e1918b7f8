import type { Observation } from '@assay/evaluation';
import { clipSample } from './evaluate';
import type { EvalItem } from './read-csv';
import type { Scored, ScoreTask } from './score-items';
import type { Variant } from './variants';

/**
 * Scores all items once more for each variant.
 *
 * @returns what gives the observations of a variant, one per item in their order
 */
export async function scoreVariants(
  variants: readonly Variant[],
  items: readonly EvalItem[],
  score: (tasks: ScoreTask[]) => Promise<Scored[]>,
): Promise<(variant: Variant) => Observation[]> {
  const scored = await score(variants.flatMap((variant) => items.map((item) => ({ item, variant }))));
  const rowsOf = new Map(
    variants.map(({ name }, v) => {
      const own = scored.slice(v * items.length, (v + 1) * items.length);
      return [
        name,
        clipSample(
          items,
          own.map(({ verdict }) => verdict),
        ),
      ];
    }),
  );
  return ({ name }) => rowsOf.get(name) ?? [];
}
