import { accepted, type Outcome, Probe, rejected, type ScanId } from '@assay/contracts';
import { probeMedia, type Probed } from '@assay/video';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { assertMediaExists, loadScan } from '../scan-state';
import { readDerived, writeStored } from '../stored';

/**
 * Facts about the media, or why it cannot be looked at.
 *
 * @param begun a probe of the same bytes that is under way already
 */
export async function probe(
  scan: ScanId,
  ports: Ports,
  signal: AbortSignal,
  begun?: Promise<Outcome<Probed>>,
): Promise<Outcome<Probed>> {
  const known = await readDerived(ports.store, keys.probe(scan), Probe, signal);
  if (known) return accepted({ probe: known, packets: null });
  const { record } = await loadScan(scan, ports, signal);
  const file = await ports.mediaFiles.open(keys.media(record.media), signal);
  if (!file) return rejected('not_found', 'The content of this media item is no longer there.');
  try {
    const outcome = await (begun ?? probeMedia(file.path, ports.limits, signal));
    if (!outcome.ok) return outcome;
    await writeStored(ports.store, keys.probe(scan), outcome.value.probe, { ifAbsent: false }, signal);
    await assertMediaExists(record, ports, signal);
    return outcome;
  } finally {
    await file.release();
  }
}
