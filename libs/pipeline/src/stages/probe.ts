import { accepted, type Outcome, Probe, type ScanRecord } from '@assay/contracts';
import { probeMedia, type Probed } from '@assay/video';
import { FileRemovedError } from '../errors';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { readDerived, writeStored } from '../stored';

/**
 * Facts about the media, or why it cannot be looked at. Whoever calls looks afterwards whether the media is still there.
 *
 * @param begun a probe of the same bytes that is under way already
 * @throws FileRemovedError when the bytes are not there: the file may come back, and a rejection would be for ever
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
  if (!file) throw new FileRemovedError();
  try {
    const outcome = await (begun ?? probeMedia(file.path, ports.limits, signal));
    // Gone behind the opening. What was begun is of a file that the caller has himself.
    if (!begun && !outcome.ok && outcome.rejection.code === 'not_found') throw new FileRemovedError();
    if (outcome.ok) await writeStored(ports.store, keys.probe(id), outcome.value.probe, { ifAbsent: false }, signal);
    return outcome;
  } finally {
    await file.release();
  }
}
