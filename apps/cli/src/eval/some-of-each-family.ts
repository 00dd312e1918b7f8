import { seededRandom } from '@assay/evaluation';
import type { EvalItem } from './read-csv';

/**
 * A part of a large set for a quick look: at most `count` items of each family, real ones too. Groups are put in a random
 * order once, and every family takes from the front of it, so that fakes come with the real footage that they were made
 * of, and each family with the same people.
 *
 * @returns items in their order
 */
export function someOfEachFamily(items: readonly EvalItem[], count: number, seed: number): EvalItem[] {
  const random = seededRandom(seed);
  // Shuffled by names in order, so that the choice does not hang on how the items were listed.
  const place = new Map([...new Set(items.map(({ group }) => group))].sort().map((group) => [group, random()]));
  const drawn = [...items].sort((a, b) => (place.get(a.group) ?? 0) - (place.get(b.group) ?? 0));
  const taken = new Map<string, number>();
  const chosen = new Set<EvalItem>();
  for (const item of drawn) {
    const family = `${item.columns['label']} ${item.family}`;
    const before = taken.get(family) ?? 0;
    if (before < count) chosen.add(item);
    taken.set(family, before + 1);
  }
  return items.filter((item) => chosen.has(item));
}
