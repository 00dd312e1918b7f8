import { defaultTenant, MediaRecord, type TenantId } from '@assay/contracts';
import { inLanes } from '../in-lanes';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { readDerived } from '../stored';
import { ChargedVideo } from './charge-video';
import type { Quotas } from './quotas';

interface Counts {
  bytes: number;
  items: number;
  videoMs: number;
}

/** Small documents, mostly waiting for the store. */
const lanes = 16;
const recordPattern = /^media\/([0-9a-f]{64})(?:\.of\/([a-z0-9-]+))?\.json$/;
const scanPattern = /^media\/[0-9a-f]{64}(?:\.of\/([a-z0-9-]+))?\.scans\/(sc_[0-9a-f]{32})$/;

/**
 * Rebuilds what tenants have used in their present period from what the object store has of it, after a loss of Redis. What was
 * deleted since is not counted any more; room that was held for uploads is not held any more.
 *
 * @returns how many tenants have used something
 */
export async function restoreUsage(
  { store }: Pick<Ports, 'store'>,
  quotas: Quotas,
  signal: AbortSignal,
): Promise<number> {
  const counted = new Map<TenantId, Counts>();
  const starts = new Map<TenantId, Promise<number>>();
  const startOf = (tenant: TenantId): Promise<number> => {
    const start = starts.get(tenant) ?? quotas.startOf(tenant, signal);
    starts.set(tenant, start);
    return start;
  };
  const count = async (tenant: TenantId, at: string, add: (counts: Counts) => void): Promise<void> => {
    if (Date.parse(at) < (await startOf(tenant))) return;
    const counts = counted.get(tenant) ?? { bytes: 0, items: 0, videoMs: 0 };
    counted.set(tenant, counts);
    add(counts);
  };
  const look = async ({ key }: { key: string }, stop: AbortSignal): Promise<void> => {
    const [, scanTenant = defaultTenant, scan] = scanPattern.exec(key) ?? [];
    if (scan !== undefined) {
      const charged = await readDerived(store, keys.chargedVideo(scan), ChargedVideo, stop);
      if (charged) await count(scanTenant, charged.at, (counts) => (counts.videoMs += charged.videoMs));
      return;
    }
    const [, media, tenant = defaultTenant] = recordPattern.exec(key) ?? [];
    const record = media === undefined ? null : await readDerived(store, key, MediaRecord, stop);
    if (!record) return;
    await count(tenant, record.createdAt, (counts) => {
      counts.bytes += record.bytes;
      counts.items += 1;
    });
  };
  await inLanes(store.list('media/', signal), lanes, look, signal);
  for (const [tenant, counts] of counted) await quotas.restore(tenant, counts, signal);
  return counted.size;
}
