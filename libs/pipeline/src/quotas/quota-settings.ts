import { Quota, type TenantId } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';
import { readStored, writeStored } from '../stored';

/** What the operator has set for a tenant, or else for all. @throws StoredDocumentError: then nothing is let in */
export async function quotaOf(
  tenant: TenantId,
  fallback: Quota,
  store: Pick<ObjectStore, 'get'>,
  signal: AbortSignal,
): Promise<Quota> {
  return (await readStored(store, keys.quota(tenant), Quota, signal)) ?? fallback;
}

/** Holds from the next upload on. */
export async function setQuota(tenant: TenantId, quota: Quota, store: ObjectStore, signal: AbortSignal): Promise<void> {
  await writeStored(store, keys.quota(tenant), quota, { ifAbsent: false }, signal);
}
