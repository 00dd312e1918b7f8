import { MediaRecord } from '@assay/contracts';
import { holdsOn } from '../keeping/holds';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { readStored, writeStored } from '../stored';
import type { Intake } from './taken-in';

/**
 * Notes in the record that the same content came again, from when on retention counts. Name and first time stay. The caller looks
 * behind this for a deletion, and calls again where there was one.
 *
 * @param sent the record that it would have got, had it come for the first time
 * @param overtaken whether the item was being deleted while the record was written the time before
 */
export async function noteRepeatedIntake(
  sent: MediaRecord,
  overtaken: boolean,
  store: Ports['store'],
  signal: AbortSignal,
): Promise<Intake> {
  const { id: media, tenant } = sent;
  const key = keys.mediaRecord(media, tenant);
  const known = await readStored(store, key, MediaRecord, signal);
  // Deleted in this moment.
  if (!known) return { media: sent, created: false };
  // What lies there was written back over the deletion, unless a hold had refused it: the name in it was deleted, and must go.
  const isAnew = overtaken && (await holdsOn({ media, tenant }, store, signal)).length === 0;
  const record = isAnew ? sent : { ...known, takenInAt: sent.createdAt };
  await writeStored(store, key, record, { ifAbsent: false }, signal);
  return { media: record, created: isAnew };
}
