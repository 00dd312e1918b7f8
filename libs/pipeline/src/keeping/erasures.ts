import { randomBytes } from 'node:crypto';
import {
  Erasure,
  type ErasureId,
  type ErasureList,
  type RequestErasure,
  SealedReceipt,
  type StoredTarget,
  type TenantId,
} from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { KeepingError } from '../errors';
import { liveStates } from '../flows';
import { keys } from '../keys';
import type { ScanQueues } from '../open-queues';
import type { Ports } from '../ports';
import { readStored, writeStored } from '../stored';
import { storedTarget } from './holds';

/** Most that 13 digits hold, ms: ids count down, so that the store lists the newest first. */
const endOfTime = 9_999_999_999_999;
const idBytes = 8;

/**
 * Writes down what is to be erased, and has it done. The marker goes before the document and the document before the job:
 * from whatever was cut off the sweeper goes on.
 */
export async function requestErasure(
  tenant: TenantId,
  { target }: RequestErasure,
  { store, queues }: { store: ObjectStore; queues: Pick<ScanQueues, 'erase'> },
  signal: AbortSignal,
): Promise<Erasure> {
  const now = Date.now();
  const id = `er_${endOfTime - now}_${randomBytes(idBytes).toString('hex')}`;
  const erasure: Erasure = {
    schema: 'assay.erasure/1',
    id,
    tenant,
    target: storedTarget(target),
    state: 'running',
    requestedAt: new Date(now).toISOString(),
    clearedAt: null,
    held: [],
    receipt: null,
  };
  await store.put(keys.openErasure(tenant, id), '', {}, signal);
  await writeErasure(erasure, store, signal);
  await addEraseJob(tenant, id, queues);
  return erasure;
}

export async function writeErasure(erasure: Erasure, store: ObjectStore, signal: AbortSignal): Promise<void> {
  await writeStored(store, keys.erasure(erasure.tenant, erasure.id), erasure, { ifAbsent: false }, signal);
}

export async function findErasure(
  tenant: TenantId,
  id: ErasureId,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<Erasure | null> {
  const erasure = await readStored(store, keys.erasure(tenant, id), Erasure, signal);
  const receipt = erasure && (await readStored(store, keys.erasureReceipt(tenant, id), SealedReceipt, signal));
  return receipt ? { ...erasure, state: 'done', held: [], receipt } : erasure;
}

/** @throws KeepingError `unknown_erasure` */
export async function getErasure(
  tenant: TenantId,
  id: ErasureId,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<Erasure> {
  const erasure = await findErasure(tenant, id, store, signal);
  if (!erasure) throw new KeepingError('unknown_erasure');
  return erasure;
}

export async function listErasures(
  tenant: TenantId,
  { limit, cursor }: { limit: number; cursor?: ErasureId },
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ErasureList> {
  const erasures: Erasure[] = [];
  const prefix = keys.erasures(tenant);
  for await (const { key } of store.list(prefix, signal)) {
    const id = key.slice(prefix.length, -'.json'.length);
    if (cursor !== undefined && id <= cursor) continue;
    if (erasures.length === limit) return { erasures, next: erasures.at(-1)?.id ?? null };
    const erasure = await findErasure(tenant, id, store, signal);
    if (erasure) erasures.push(erasure);
  }
  return { erasures, next: null };
}

export interface OpenErasure {
  tenant: TenantId;
  erasure: ErasureId;
}

export async function* openErasures(store: ObjectStore, signal: AbortSignal): AsyncGenerator<OpenErasure> {
  for await (const { key } of store.list(keys.openErasures, signal)) {
    const [tenant = '', erasure = ''] = key.slice(keys.openErasures.length).split('.');
    yield { tenant, erasure };
  }
}

/** Erasures whose uploads are looked for among those that are half done: files that are no media yet. */
export const coversUploads = ({ kind }: StoredTarget): boolean => kind !== 'media';

async function addEraseJob(tenant: TenantId, erasure: ErasureId, queues: Pick<ScanQueues, 'erase'>): Promise<void> {
  await queues.erase.add('erase', { v: 1, tenant, erasure }, { jobId: erasure });
}

/** Gives erasures that have not ended a job again: after a crash, a lost Redis, or since a hold may be lifted by now. */
export async function sweepErasures(
  { store, log }: Pick<Ports, 'store' | 'log'>,
  queues: Pick<ScanQueues, 'erase'>,
  signal: AbortSignal,
): Promise<number> {
  let redriven = 0;
  for await (const { tenant, erasure } of openErasures(store, signal)) {
    const state = await queues.erase.getJobState(erasure);
    if (liveStates.has(state)) continue;
    // A dead letter under the same id would swallow the new job. Whoever asked for it still waits.
    if (state === 'failed') log.error({ tenant, erasure }, 'an erasure failed and is begun again');
    await queues.erase.remove(erasure);
    await addEraseJob(tenant, erasure, queues);
    redriven += 1;
  }
  return redriven;
}
