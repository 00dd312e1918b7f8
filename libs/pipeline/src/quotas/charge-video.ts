import type { Probe, ScanRecord } from '@assay/contracts';
import { z } from 'zod';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { writeStored } from '../stored';

/** How much video a scan was counted with, and when: what the counts are rebuilt from. */
export const ChargedVideo = z.object({ videoMs: z.number().nonnegative(), at: z.iso.datetime() });

/**
 * Counts the video that a scan is about to look at to its tenant's quota: once, however often planning is done again. Whoever calls looks
 * afterwards whether the media is still there.
 *
 * @throws QuotaExceededError where too little is left; nothing is counted then
 */
export async function chargeVideo(
  { id, tenant }: Pick<ScanRecord, 'id' | 'tenant'>,
  { durationSeconds }: Pick<Probe, 'durationSeconds'>,
  ports: Ports,
  signal: AbortSignal,
): Promise<void> {
  const { quotas, store } = ports;
  if (!quotas || durationSeconds === 0 || (await store.stat(keys.chargedVideo(id), signal))) return;
  const videoMs = durationSeconds * 1000;
  await quotas.chargeVideo(tenant, { id, videoMs }, signal);
  const charged = { videoMs, at: new Date().toISOString() };
  await writeStored(store, keys.chargedVideo(id), charged, { ifAbsent: true }, signal);
  await quotas.forgetCharge(tenant, id);
}
