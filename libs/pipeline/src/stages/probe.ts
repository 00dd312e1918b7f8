import { accepted, type Outcome, Probe, rejected, type ScanRecord } from '@assay/contracts';
import { probeMedia, type Probed } from '@assay/video';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { readDerived, writeStored } from '../stored';

/**
 * Facts about the media, or why it cannot be looked at. Whoever calls looks afterwards whether the media is still there.
 *
 * @param begun a probe of the same bytes that is under way already
 */
export async function probe(
  { id, media }: Pick<ScanRecord, 'id' | 'media'>,
  ports: Ports,
  signal: AbortSignal,
  begun?: Promise<Outcome<Probed>>,
): Promise<Outcome<Probed>> {
  const known = await readDerived(ports.store, keys.probe(id), Probe, signal);
  if (known) return accepted({ probe: known, packets: null });
  const file = await ports.mediaFiles.open(keys.media(media), signal);
  if (!file) return rejected('not_found', 'The content of this media item is no longer there.');
  try {
    const outcome = await (begun ?? probeMedia(file.path, ports.limits, signal));
    if (outcome.ok) await writeStored(ports.store, keys.probe(id), outcome.value.probe, { ifAbsent: false }, signal);
    return outcome;
  } finally {
    await file.release();
  }
}
