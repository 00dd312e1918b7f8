import { Retention, type TenantId } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';
import { readStored, writeStored } from '../stored';

/** Without a word from anybody, what was uploaded and judged stays until it is deleted. */
export const keepForever: Retention = {
  mediaDays: null,
  evidenceDays: null,
  verdictDays: null,
  indexDays: 30,
  eventsDays: 30,
};

/** What a tenant has set, or else what the operator has. @throws StoredDocumentError: nothing is then deleted */
export async function retentionOf(
  tenant: TenantId,
  fallback: Retention,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<Retention> {
  return (await readStored(store, keys.retention(tenant), Retention, signal)) ?? fallback;
}

/** Holds from the next sweep on, for what is there already too. */
export async function setRetention(
  tenant: TenantId,
  retention: Retention,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  await writeStored(store, keys.retention(tenant), retention, { ifAbsent: false }, signal);
}
