import type { ChangeTrial, Rollout, RolloutState } from '@assay/contracts';
import { ModelSetError } from '../errors';
import type { Ports } from '../ports';
import { changeRollout } from './change-rollout';
import { leastReferenceScores, referenceOf } from './drift';
import { findModelSet, listRegistered } from './registry';
import { readHistory, readRollout } from './rollout-reader';

type OperatorPorts = Pick<Ports, 'store' | 'tallies'>;

/** What an operator may say of a change. */
export interface Signed {
  by: string;
  note?: string | undefined;
}

const signedAs = ({ by, note }: Signed) => ({ by, note: note ?? null });

/**
 * Begins, changes or ends the shadow or the canary.
 *
 * @throws ModelSetError
 */
export async function setTrial(
  action: 'shadow' | 'canary',
  change: ChangeTrial,
  by: Signed,
  { store }: OperatorPorts,
  signal: AbortSignal,
): Promise<Rollout> {
  if (change.set === null) return changeRollout({ action, set: null }, signedAs(by), store, signal);
  const { digest } = await findModelSet(change.set, store, signal);
  return changeRollout({ action, set: digest, share: change.share }, signedAs(by), store, signal);
}

/**
 * Makes a set judge all new traffic. What its scores looked like in shadow and canary becomes the reference that drift is measured
 * against, where there were enough of them.
 *
 * @throws ModelSetError
 */
export async function promoteModelSet(
  ref: string,
  by: Signed,
  { store, tallies }: OperatorPorts,
  signal: AbortSignal,
): Promise<Rollout> {
  const { digest: set } = await findModelSet(ref, store, signal);
  const reference = tallies ? await referenceOf(set, tallies) : null;
  return changeRollout({ action: 'promote', set, reference }, signedAs(by), store, signal);
}

/**
 * Ends the canary; without one, brings back what was live before.
 *
 * @param installed digest of the set that judges without being registered; null where nobody knows
 * @throws ModelSetError `nothing_before` | `set_removed` | `changed_meanwhile`
 */
export async function rollBack(
  installed: string | null,
  by: Signed,
  { store }: OperatorPorts,
  signal: AbortSignal,
): Promise<Rollout> {
  const usable = new Set((await listRegistered(store, signal)).map(({ digest }) => digest));
  if (installed !== null) usable.add(installed);
  return changeRollout({ action: 'rollback', usable }, signedAs(by), store, signal);
}

/**
 * Takes the scores of the last days as what is right for the set that is live.
 *
 * @param installed digest of the set that judges where none was promoted
 * @throws ModelSetError `too_few_scores`
 */
export async function setReference(
  installed: string,
  by: Signed,
  { store, tallies }: OperatorPorts,
  signal: AbortSignal,
): Promise<Rollout> {
  const set = (await readRollout(store, null, signal))?.live ?? installed;
  const reference = tallies ? await referenceOf(set, tallies) : null;
  if (!reference) {
    const message = `Every model needs ${leastReferenceScores} scored faces in the last days to be its own reference.`;
    throw new ModelSetError('too_few_scores', message);
  }
  return changeRollout({ action: 'reference', reference }, signedAs(by), store, signal);
}

export async function readRolloutState(store: Ports['store'], signal: AbortSignal): Promise<RolloutState> {
  const history = await readHistory(store, signal);
  return { now: history[0] ?? null, history };
}
