import { ScanRate, type TenantId } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';
import { readDerived, writeStored } from '../stored';

/** What the operator has set for a tenant, or else for all. What is damaged counts as not set: scans go on. */
export async function scanRateOf(
  tenant: TenantId,
  fallback: ScanRate,
  store: Pick<ObjectStore, 'get'>,
  signal: AbortSignal,
): Promise<ScanRate> {
  return (await readDerived(store, keys.scanRate(tenant), ScanRate, signal)) ?? fallback;
}

/** Holds from the next start on; those that wait longer than they now need to are called by `StartRate.call`. */
export async function setScanRate(
  tenant: TenantId,
  rate: ScanRate,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  await writeStored(store, keys.scanRate(tenant), rate, { ifAbsent: false }, signal);
}
