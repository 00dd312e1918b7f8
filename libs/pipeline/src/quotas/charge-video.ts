import type { Probe, ScanId } from '@assay/contracts';
import { z } from 'zod';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { assertMediaExists, loadRecord } from '../scan-state';
import { writeStored } from '../stored';

/** How much video a scan was counted with, and when: what the counts are rebuilt from. */
export const ChargedVideo = z.object({ videoMs: z.number().nonnegative(), at: z.iso.datetime() });

/**
 * Counts the video that a scan is about to look at to its tenant's quota: once, however often planning is done again.
 *
 * @throws QuotaExceededError where too little is left; nothing is counted then
 */
export async function chargeVideo(
  scan: ScanId,
  { durationSeconds }: Pick<Probe, 'durationSeconds'>,
  ports: Ports,
  signal: AbortSignal,
): Promise<void> {
  const { quotas, store } = ports;
  if (!quotas || durationSeconds === 0 || (await store.stat(keys.chargedVideo(scan), signal))) return;
  const record = await loadRecord(scan, ports, signal);
  const { tenant } = record;
  const videoMs = durationSeconds * 1000;
  await quotas.chargeVideo(tenant, { id: scan, videoMs }, signal);
  const charged = { videoMs, at: new Date().toISOString() };
  await writeStored(store, keys.chargedVideo(scan), charged, { ifAbsent: true }, signal);
  await quotas.forgetCharge(tenant, scan);
  await assertMediaExists(record, ports, signal);
}
