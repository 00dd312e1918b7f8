import { accepted, type Outcome, Plan, rejected, type ScanId } from '@assay/contracts';
import { planFrames, type Probed } from '@assay/video';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { assertMediaExists, loadScan } from '../scan-state';
import { readDerived, writeStored } from '../stored';

/** Which frames are looked at, in which segments; or why there are none. */
export async function plan(scan: ScanId, probed: Probed, ports: Ports, signal: AbortSignal): Promise<Outcome<Plan>> {
  const known = await readDerived(ports.store, keys.plan(scan), Plan, signal);
  if (known) return accepted(known);
  const { record, policy } = await loadScan(scan, ports, signal);
  const file = await ports.mediaFiles.open(keys.media(record.media), signal);
  if (!file) return rejected('not_found', 'The content of this media item is no longer there.');
  try {
    const outcome = await planFrames(file.path, probed, policy, signal);
    if (!outcome.ok) return outcome;
    await writeStored(ports.store, keys.plan(scan), outcome.value, { ifAbsent: false }, signal);
    await assertMediaExists(record, ports, signal);
    return outcome;
  } finally {
    await file.release();
  }
}
