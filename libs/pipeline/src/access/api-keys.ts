import type { ApiKey, ApiKeyId, ApiKeyWithSecret, CreateApiKey, TenantId } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { z } from 'zod';
import { keys } from '../keys';
import { parseJson, readDerived, readStored, writeStored } from '../stored';
import { ApiKeyRecord, hashOfKey, hashStartOf, idOfHash, newApiKey, recordOfKey } from './api-key-record';

/** Objects of their own, so that no writer of the record can undo a revocation, and none has to read before it writes. */
const Moment = z.object({ at: z.iso.datetime() });

export interface StoredKey {
  hash: string;
  record: ApiKeyRecord;
  revokedAt: string | null;
}

/** @param createdBy the id of the key that asks, or `cli` */
export async function createApiKey(
  { tenant, name, roles, scopes, expiresAt }: CreateApiKey & { tenant: TenantId },
  createdBy: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ApiKeyWithSecret> {
  const key = newApiKey();
  const record: ApiKeyRecord = {
    ...recordOfKey(key, { tenant, name, roles: [...new Set(roles)] }),
    scopes: scopes ? [...new Set(scopes)] : null,
    createdBy,
    expiresAt: expiresAt ?? null,
  };
  const hash = hashOfKey(key);
  await writeStored(store, keys.apiKey(hash), record, { ifAbsent: true }, signal);
  return { ...describeKey({ hash, record, revokedAt: null }, null), key };
}

/** Of one tenant, or of all (null); newest first. */
export async function listApiKeys(tenant: TenantId | null, store: ObjectStore, signal: AbortSignal): Promise<ApiKey[]> {
  const found: ApiKey[] = [];
  for await (const stored of storedKeys('', tenant, store, signal)) found.push(await described(stored, store, signal));
  return found.sort((a, b) => (a.createdAt > b.createdAt ? -1 : 1));
}

/** @param tenant null = whoever has it @returns null when there is none */
export async function getApiKey(
  id: ApiKeyId,
  tenant: TenantId | null,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ApiKey | null> {
  const stored = await findById(id, tenant, store, signal);
  return stored && described(stored, store, signal);
}

/**
 * A new key with the rights of an old one, which ends after the overlap: at once where that is 0.
 *
 * @returns null when there is no such key, or it works no more
 */
export async function rotateApiKey(
  id: ApiKeyId,
  tenant: TenantId | null,
  { overlapSeconds, createdBy }: { overlapSeconds: number; createdBy: string },
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ApiKeyWithSecret | null> {
  const old = await findById(id, tenant, store, signal);
  if (!old || stateOf(old) !== 'active') return null;
  const { record } = old;
  const { name, roles, scopes, expiresAt } = record;
  const wanted = {
    tenant: record.tenant,
    name,
    roles,
    ...(scopes ? { scopes } : {}),
    ...(expiresAt ? { expiresAt } : {}),
  };
  const made = await createApiKey(wanted, createdBy, store, signal);
  const ends = new Date(Date.now() + overlapSeconds * 1000).toISOString();
  const ending: ApiKeyRecord = { ...record, expiresAt: expiresAt !== null && expiresAt < ends ? expiresAt : ends };
  await writeStored(store, keys.apiKey(old.hash), ending, { ifAbsent: false }, signal);
  return made;
}

/** For good. Doing it twice is fine. @returns null when there is no such key */
export async function revokeApiKey(
  id: ApiKeyId,
  tenant: TenantId | null,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ApiKey | null> {
  const stored = await findById(id, tenant, store, signal);
  if (!stored) return null;
  const revokedAt = new Date().toISOString();
  await writeStored(store, keys.apiKeyRevoked(stored.hash), { at: revokedAt }, { ifAbsent: true }, signal);
  return described({ ...stored, revokedAt: stored.revokedAt ?? revokedAt }, store, signal);
}

/** By the hash of the key. A record that follows no schema is none: it lets nobody in. */
export async function findKey(
  hash: string,
  store: Pick<ObjectStore, 'get'>,
  signal: AbortSignal,
): Promise<StoredKey | null> {
  const [record, revoked] = await Promise.all([
    readDerived(store, keys.apiKey(hash), ApiKeyRecord, signal),
    store.get(keys.apiKeyRevoked(hash), signal),
  ]);
  return (
    record && {
      hash,
      record,
      revokedAt: revoked && (Moment.safeParse(parseJson(revoked)).data?.at ?? record.createdAt),
    }
  );
}

/** Notes that a key was used. Of replicas that write at once the last one wins: they differ by moments. */
export async function noteKeyUse(hash: string, at: Date, store: ObjectStore, signal: AbortSignal): Promise<void> {
  await writeStored(store, keys.apiKeyUse(hash), { at: at.toISOString() }, { ifAbsent: false }, signal);
}

export function stateOf({ record, revokedAt }: StoredKey, now = Date.now()): ApiKey['state'] {
  if (revokedAt !== null) return 'revoked';
  return record.expiresAt !== null && Date.parse(record.expiresAt) <= now ? 'expired' : 'active';
}

async function findById(
  id: ApiKeyId,
  tenant: TenantId | null,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<StoredKey | null> {
  for await (const stored of storedKeys(hashStartOf(id), tenant, store, signal)) return stored;
  return null;
}

const recordName = /^keys\/([0-9a-f]{64})\.json$/;

/** Whose hash begins so; of one tenant, or of all (null). */
async function* storedKeys(
  hashStart: string,
  tenant: TenantId | null,
  store: ObjectStore,
  signal: AbortSignal,
): AsyncGenerator<StoredKey> {
  for await (const { key } of store.list(keys.apiKeys + hashStart, signal)) {
    const [, hash] = recordName.exec(key) ?? [];
    const stored = hash === undefined ? null : await findKey(hash, store, signal);
    if (stored && (tenant === null || stored.record.tenant === tenant)) yield stored;
  }
}

async function described(stored: StoredKey, store: ObjectStore, signal: AbortSignal): Promise<ApiKey> {
  const use = await readStored(store, keys.apiKeyUse(stored.hash), Moment, signal);
  return describeKey(stored, use?.at ?? null);
}

function describeKey(stored: StoredKey, lastUsedAt: string | null): ApiKey {
  const { tenant, name, prefix, roles, scopes, createdAt, createdBy, expiresAt } = stored.record;
  const made = { tenant, name, prefix, roles, scopes, createdAt, createdBy, expiresAt };
  return { id: idOfHash(stored.hash), ...made, state: stateOf(stored), revokedAt: stored.revokedAt, lastUsedAt };
}
