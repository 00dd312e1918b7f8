import type { MediaId, ScanId, TenantId } from '@assay/contracts';
import { QuotaExceededError } from '../errors';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { isStill } from './is-still';

/**
 * Refuses a scan where not one minute is left and it would count some: it would be planned for nothing. Neither a still counts any nor
 * a scan that was counted before it failed. Planning has the last word, as it knows how long the video is.
 *
 * @throws QuotaExceededError
 */
export async function assertMinutesFor(
  { media, scan }: { media: { id: MediaId; tenant: TenantId }; scan: ScanId },
  { quotas, store }: Pick<Ports, 'quotas' | 'store'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await quotas?.assertMinutesLeft(media.tenant, signal);
  } catch (error) {
    if (!(error instanceof QuotaExceededError)) throw error;
    if (await store.stat(keys.chargedVideo(scan), signal)) return;
    if (!(await isStill(media.id, { store }, signal))) throw error;
  }
}
