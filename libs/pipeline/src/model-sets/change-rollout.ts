import { randomUUID } from 'node:crypto';
import type { Rollout } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { ModelSetError } from '../errors';
import { keys } from '../keys';
import { writeStored } from '../stored';
import { nextRollout, type RolloutChange } from './next-rollout';
import { readEntry, readRollout } from './rollout-reader';

/**
 * Changes which set judges what. One object is written, under the next number: a process that dies on the way has changed
 * everything or nothing, and of two operators who act at once one is told that the other was quicker.
 *
 * @param change names registered sets
 * @throws ModelSetError `no_change` | `nothing_before` | `set_removed` | `changed_meanwhile`
 */
export async function changeRollout(
  change: RolloutChange,
  { by, note }: { by: string; note: string | null },
  store: ObjectStore,
  signal: AbortSignal,
): Promise<Rollout> {
  const now = await readRollout(store, null, signal);
  const plan = await nextRollout(now, change, (number) => readEntry(store, number, signal));
  const entry: Rollout = {
    schema: 'assay.rollout/1',
    number: (now?.number ?? 0) + 1,
    id: randomUUID(),
    action: change.action,
    by,
    note,
    at: new Date().toISOString(),
    ...plan,
  };
  await writeStored(store, keys.rollout(entry.number), entry, { ifAbsent: true }, signal);
  // A store that cannot decide between two writers keeps one of the two bodies: which one is what counts.
  const kept = await readEntry(store, entry.number, signal);
  if (kept?.id !== entry.id) {
    throw new ModelSetError(
      'changed_meanwhile',
      'Somebody else changed the rollout at the same time. Look at it, then decide again.',
    );
  }
  return entry;
}
