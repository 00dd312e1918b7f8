import { accepted, type Outcome, Probe, rejected, type ScanId } from '@assay/contracts';
import { probeMedia } from '@assay/video';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { assertMediaExists, loadScan } from '../scan-state';
import { readDerived, writeStored } from '../stored';

/** Facts about the media, or why it cannot be looked at. */
export async function probe(scan: ScanId, ports: Ports, signal: AbortSignal): Promise<Outcome<Probe>> {
  const known = await readDerived(ports.store, keys.probe(scan), Probe, signal);
  if (known) return accepted(known);
  const { record } = await loadScan(scan, ports, signal);
  const file = await ports.mediaFiles.open(keys.media(record.media), signal);
  if (!file) return rejected('not_found', 'The content of this media item is no longer there.');
  try {
    const outcome = await probeMedia(file.path, ports.limits, signal);
    if (!outcome.ok) return outcome;
    await writeStored(ports.store, keys.probe(scan), outcome.value, { ifAbsent: false }, signal);
    await assertMediaExists(record, ports, signal);
    return outcome;
  } finally {
    await file.release();
  }
}
