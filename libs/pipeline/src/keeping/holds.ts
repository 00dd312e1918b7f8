import { randomBytes } from 'node:crypto';
import { Hold, type HoldId, type KeepTarget, type PlaceHold, type StoredTarget, type TenantId } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { KeepingError } from '../errors';
import { keys } from '../keys';
import { readStored, writeStored } from '../stored';
import { untilAged } from './ageing-marker';
import type { Item } from './item';
import { subjectDigest, subjectsOf } from './subjects';

const idBytes = 12;

export function storedTarget(target: KeepTarget): StoredTarget {
  return target.kind === 'subject' ? { kind: 'subject', subjectSha256: subjectDigest(target.subject) } : target;
}

/** Where holds on a target lie, under those of the tenant. */
function placeOf(target: StoredTarget): string {
  if (target.kind === 'tenant') return 'tenant';
  return target.kind === 'media' ? `media.${target.media}` : `subject.${target.subjectSha256}`;
}

/**
 * From when this has resolved, nothing that it covers is deleted. Who deletes says so before he looks for holds, and a
 * hold is written before it is looked whether anything is being deleted: of two who meet, one sees the other. Retention,
 * which takes a moment an item, is waited for.
 *
 * @throws KeepingError `unknown_media` | `being_deleted`
 */
export async function placeHold(
  tenant: TenantId,
  { target, reason }: PlaceHold,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<Hold> {
  const stored = storedTarget(target);
  const id: HoldId = `ho_${randomBytes(idBytes).toString('hex')}`;
  const createdAt = new Date().toISOString();
  const hold: Hold = { schema: 'assay.hold/1', id, tenant, target: stored, reason, createdAt };
  const key = keys.hold(tenant, placeOf(stored), id);
  await writeStored(store, key, hold, { ifAbsent: true }, signal);
  const refusal = await refusalOf(tenant, stored, store, signal);
  if (refusal) {
    await store.delete(key, signal);
    throw new KeepingError(refusal);
  }
  return hold;
}

async function refusalOf(tenant: TenantId, target: StoredTarget, store: ObjectStore, signal: AbortSignal) {
  // Retention that has not seen the hold; of a subject or tenant it may be at any item.
  const ageing = target.kind === 'media' ? keys.ageingItem(tenant, target.media) : keys.ageingOf(tenant);
  if (!(await untilAged(ageing, store, signal))) return 'being_deleted';
  if (target.kind === 'media') {
    if (await store.stat(keys.deletion(tenant, target.media), signal)) return 'being_deleted';
    return (await store.stat(keys.mediaRecord(target.media, tenant), signal)) ? null : 'unknown_media';
  }
  // Whose subject or tenant it is may be gone from the store already: any deletion of the tenant may be of such an item.
  for await (const { key } of store.list(keys.deletionsOf(tenant), signal)) if (key) return 'being_deleted';
  return null;
}

export async function listHolds(tenant: TenantId, store: ObjectStore, signal: AbortSignal): Promise<Hold[]> {
  return readHolds(keys.holds(tenant), store, signal);
}

/** @throws KeepingError `unknown_hold` */
export async function liftHold(tenant: TenantId, id: HoldId, store: ObjectStore, signal: AbortSignal): Promise<void> {
  const hold = (await listHolds(tenant, store, signal)).find((one) => one.id === id);
  if (!hold) throw new KeepingError('unknown_hold');
  await store.delete(keys.hold(tenant, placeOf(hold.target), id), signal);
}

/** What keeps an item from being deleted: holds on itself, on one of its subjects, on everything that the tenant has. */
export async function holdsOn(item: Item, store: ObjectStore, signal: AbortSignal): Promise<Hold[]> {
  const subjects = await subjectsOf(item, store, signal);
  const targets: StoredTarget[] = [
    { kind: 'media', media: item.media },
    ...subjects.map((subjectSha256) => ({ kind: 'subject' as const, subjectSha256 })),
    { kind: 'tenant' },
  ];
  const found = await Promise.all(
    targets.map((target) => readHolds(keys.holdsOn(item.tenant, placeOf(target)), store, signal)),
  );
  return found.flat();
}

/** What keeps everything that a tenant has. */
export function holdsOnTenant(tenant: TenantId, store: ObjectStore, signal: AbortSignal): Promise<Hold[]> {
  return readHolds(keys.holdsOn(tenant, placeOf({ kind: 'tenant' })), store, signal);
}

async function readHolds(prefix: string, store: ObjectStore, signal: AbortSignal): Promise<Hold[]> {
  const holds: Hold[] = [];
  for await (const { key } of store.list(prefix, signal)) {
    // One that cannot be read throws: then nothing is deleted, which is the safe side.
    const hold = await readStored(store, key, Hold, signal);
    if (hold) holds.push(hold);
  }
  return holds;
}
