import type { Rollout, ScoreReference } from '@assay/contracts';
import { ModelSetError } from '../errors';

/** What an operator asks for; digests are of registered sets. */
export type RolloutChange =
  | { action: 'shadow' | 'canary'; set: string; share: number }
  | { action: 'shadow' | 'canary'; set: null }
  | { action: 'promote'; set: string; reference: ScoreReference | null }
  /** `usable`: digests of the sets that can judge now, the registered ones and the installed one. */
  | { action: 'rollback'; usable: ReadonlySet<string> }
  | { action: 'reference'; reference: ScoreReference };

/** The part of an entry that says who judges what. */
export type RolloutPlan = Pick<Rollout, 'live' | 'canary' | 'shadow' | 'reference' | 'before'>;

const start: RolloutPlan = { live: null, canary: null, shadow: null, reference: null, before: null };

/**
 * What holds after a change.
 *
 * @param now the last entry; null before the first
 * @param entry an earlier entry by its number; null for 0
 * @throws ModelSetError `no_change` | `nothing_before` | `set_removed`
 */
export async function nextRollout(
  now: Rollout | null,
  change: RolloutChange,
  entry: (number: number) => Promise<Rollout | null>,
): Promise<RolloutPlan> {
  const { live, canary, shadow, reference, before } = now ?? start;
  const plan: RolloutPlan = { live, canary, shadow, reference, before };
  switch (change.action) {
    case 'shadow':
    case 'canary': {
      const { action: role, set } = change;
      if (set === null && plan[role] === null) throw noChange(`There is no ${role}.`);
      if (set !== null && set === live) throw noChange('This set is live already.');
      return { ...plan, [role]: set === null ? null : { set, share: change.share } };
    }
    case 'promote':
      if (change.set === live) throw noChange('This set is live already.');
      // A canary was compared with what was live: it says nothing beside another set.
      return {
        live: change.set,
        canary: null,
        shadow: shadow?.set === change.set ? null : shadow,
        reference: change.reference,
        before: now?.number ?? 0,
      };
    case 'rollback': {
      if (canary) return { ...plan, canary: null };
      if (before === null)
        throw new ModelSetError('nothing_before', 'There is no canary to end, and no set was promoted.');
      const back = await entry(before);
      // Live without its models, every scan that came in would fail.
      if (back?.live && !change.usable.has(back.live)) throw setRemoved(back.live);
      return {
        live: back?.live ?? null,
        canary: null,
        shadow: shadow && shadow.set === back?.live ? null : shadow,
        reference: back?.reference ?? null,
        before: back?.before ?? null,
      };
    }
    case 'reference':
      return { ...plan, reference: change.reference };
  }
}

const shownDigits = 12;
const setRemoved = (set: string): ModelSetError =>
  new ModelSetError(
    'set_removed',
    `The set ${set.slice(0, shownDigits)}, which was live before, is not registered any more. Register it again, or promote another.`,
  );
const noChange = (message: string): ModelSetError => new ModelSetError('no_change', message);
