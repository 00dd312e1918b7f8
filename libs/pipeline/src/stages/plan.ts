import { accepted, type Outcome, Plan } from '@assay/contracts';
import { planFrames, type Probed } from '@assay/video';
import { FileRemovedError } from '../errors';
import { keys } from '../keys';
import type { Ports } from '../ports';
import type { LoadedScan } from '../scan-state';
import { readDerived, writeStored } from '../stored';

/**
 * Which frames are looked at, in which segments; or why there are none. Whoever calls looks afterwards whether the media is still there.
 *
 * @throws FileRemovedError when the bytes are not there: the file may come back, and a rejection would be for ever
 */
export async function plan(
  { record, policy }: Pick<LoadedScan, 'record' | 'policy'>,
  probed: Probed,
  ports: Ports,
  signal: AbortSignal,
): Promise<Outcome<Plan>> {
  const known = await readDerived(ports.store, keys.plan(record.id), Plan, signal);
  if (known) return accepted(known);
  const file = await ports.mediaFiles.open(keys.media(record.media), signal);
  if (!file) throw new FileRemovedError();
  try {
    const outcome = await planFrames(file.path, probed, policy, signal);
    if (outcome.ok) await writeStored(ports.store, keys.plan(record.id), outcome.value, { ifAbsent: false }, signal);
    return outcome;
  } finally {
    await file.release();
  }
}
