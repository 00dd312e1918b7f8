import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultTenant, type MediaId, type TenantId } from '@assay/contracts';
import { type ObjectStore, StoreUnavailableError } from '@assay/storage';
import { keys } from './keys';

/** Looking for references and removing the bytes take milliseconds; who takes longer leaves the bytes, ms. */
const removalMs = 30_000;
/** Clocks of two machines and of the store differ by this much at most, ms. */
const skewMs = 30_000;
const pauseMs = 50;
/** For the claim to go, also where whoever held it was told to stop, ms. */
const claimRemovalMs = 10_000;
/** A claim that is older was left by a process that died: taking in ends within the day, ms. */
const claimMs = 24 * 3_600_000;

/**
 * Runs what makes media of an object of the store, so that its bytes stay while it does. The claim is written before the
 * removal is looked for, and the removal before the claims are: of two who meet, one sees the other.
 *
 * @throws StoreUnavailableError when someone removes the bytes for too long; nothing is lost
 */
export async function whileClaimed<T>(
  media: MediaId,
  store: ObjectStore,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const claim = keys.mediaClaim(media, randomUUID());
  await store.put(claim, '', {}, signal);
  try {
    await untilNoRemoval(media, store, signal);
    return await work();
  } finally {
    // One that stays keeps the bytes for a day, and no longer: see `sweepLeftBytes`.
    await store.delete(claim, AbortSignal.timeout(claimRemovalMs)).catch(() => undefined);
  }
}

/**
 * Removes the bytes of media that no tenant has any more. Where a claim alone keeps them, they are noted: whoever has it may have died.
 *
 * @param remover names this removal among others that run beside it: its own marker must not go with theirs. The same when it is tried
 *   again, so that one that died leaves none.
 * @param isDone of a tenant who has the media: whether he can do without its bytes. Nobody can, unless it is said.
 * @returns whether they are gone
 */
export async function removeUnreferenced(
  media: MediaId,
  remover: string,
  store: ObjectStore,
  signal: AbortSignal,
  isDone: (tenant: TenantId) => Promise<boolean> = async () => false,
): Promise<boolean> {
  const end = await tryToRemove(media, remover, store, signal, isDone);
  if (end === 'claimed') await store.put(keys.leftBytes(media), '', {}, signal);
  return end === 'gone';
}

/** Removes bytes that a claim had kept, once it is gone or a day old. @returns how many */
export async function sweepLeftBytes(store: ObjectStore, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for await (const { key } of store.list(keys.allLeftBytes, signal)) {
    const media = key.slice(keys.allLeftBytes.length);
    // Those of sweeps that died.
    await isBeingRemoved(media, store, signal);
    const end = await tryToRemove(media, `sweep.${randomUUID()}`, store, signal, async () => false);
    if (end !== 'claimed') await store.delete(key, signal);
    if (end === 'gone') removed += 1;
  }
  return removed;
}

/** `needed`: a tenant has the media; `claimed`: somebody may be making it media just now. */
async function tryToRemove(
  media: MediaId,
  remover: string,
  store: ObjectStore,
  signal: AbortSignal,
  isDone: (tenant: TenantId) => Promise<boolean>,
): Promise<'gone' | 'needed' | 'claimed'> {
  const began = Date.now();
  const removal = keys.mediaRemoval(media, remover);
  await store.put(removal, '', {}, signal);
  try {
    // Claims first: whoever lets go of one has written a record before, which is then seen.
    const claimed = await isClaimed(media, store, signal);
    for (const tenant of await tenantsOf(media, store, signal)) if (!(await isDone(tenant))) return 'needed';
    // Paused for long: who takes in may have stopped waiting.
    if (claimed || Date.now() - began > removalMs) return 'claimed';
    await store.delete(keys.media(media), signal);
    return 'gone';
  } finally {
    await store.delete(removal, signal);
  }
}

/** Who has a record of the media. */
export async function tenantsOf(media: MediaId, store: ObjectStore, signal: AbortSignal): Promise<TenantId[]> {
  const tenants: TenantId[] = [];
  if (await store.stat(keys.mediaRecord(media, defaultTenant), signal)) tenants.push(defaultTenant);
  const prefix = keys.mediaTenants(media);
  for await (const { key } of store.list(prefix, signal)) {
    if (key.endsWith('.json')) tenants.push(key.slice(prefix.length, -'.json'.length));
  }
  return tenants;
}

async function isClaimed(media: MediaId, store: ObjectStore, signal: AbortSignal): Promise<boolean> {
  for await (const { key } of store.list(keys.mediaClaims(media), signal)) {
    const stat = await store.stat(key, signal);
    if (!stat) continue;
    if (Date.now() - stat.modifiedAt.getTime() < claimMs) return true;
    await store.delete(key, signal);
  }
  return false;
}

async function untilNoRemoval(media: MediaId, store: ObjectStore, signal: AbortSignal): Promise<void> {
  for (const giveUpAt = Date.now() + removalMs; ; await sleep(pauseMs, undefined, { signal })) {
    if (!(await isBeingRemoved(media, store, signal))) return;
    if (Date.now() > giveUpAt) throw new StoreUnavailableError('the bytes of this media are just being removed', null);
  }
}

/** Also takes away the markers of removals that died. */
async function isBeingRemoved(media: MediaId, store: ObjectStore, signal: AbortSignal): Promise<boolean> {
  for await (const { key } of store.list(keys.mediaRemovals(media), signal)) {
    const removal = await store.stat(key, signal);
    if (removal && Date.now() - removal.modifiedAt.getTime() <= removalMs + skewMs) return true;
    // Of one that died at it.
    if (removal) await store.delete(key, signal);
  }
  return false;
}
