import { CredentialsReading, type Probe, type ScanId } from '@assay/contracts';
import { readContentCredentials } from '@assay/provenance';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { assertMediaExists, loadScan } from '../scan-state';
import { readDerived, writeStored } from '../stored';

/** The Content Credentials of the media. A signal beside the verdict: that they cannot be read never ends a scan. */
export async function credentials(scan: ScanId, probe: Probe, ports: Ports, signal: AbortSignal): Promise<void> {
  if (await readDerived(ports.store, keys.credentials(scan), CredentialsReading, signal)) return;
  const { record } = await loadScan(scan, ports, signal);
  const file = await ports.mediaFiles.open(keys.media(record.media), signal);
  // Whoever plans meets the same, and says so.
  if (!file) return;
  try {
    const reading = await readContentCredentials(file.path, probe.container, ports.credentials, signal);
    await writeStored(ports.store, keys.credentials(scan), reading, { ifAbsent: false }, signal);
    await assertMediaExists(record, ports, signal);
  } finally {
    await file.release();
  }
}
