import { CredentialsReading, type Probe, type ScanRecord } from '@assay/contracts';
import { readContentCredentials } from '@assay/provenance';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { readDerived, writeStored } from '../stored';

/**
 * The Content Credentials of the media. A signal beside the verdict: that they cannot be read never ends a scan. Whoever calls looks
 * afterwards whether the media is still there.
 */
export async function credentials(
  { id, media }: Pick<ScanRecord, 'id' | 'media'>,
  probe: Probe,
  ports: Ports,
  signal: AbortSignal,
): Promise<void> {
  if (await readDerived(ports.store, keys.credentials(id), CredentialsReading, signal)) return;
  const file = await ports.mediaFiles.open(keys.media(media), signal);
  // Whoever plans meets the same, and says so.
  if (!file) return;
  try {
    const reading = await readContentCredentials(file.path, probe.container, ports.credentials, signal);
    await writeStored(ports.store, keys.credentials(id), reading, { ifAbsent: false }, signal);
  } finally {
    await file.release();
  }
}
