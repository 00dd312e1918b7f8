import type { LiveSecret, RotateSecret, TenantId, WebhookId, WebhookSigning } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';
import { readStored, writeStored } from '../stored';
import { SecretRecord } from './records';
import { newSecretKey, publicKeyOf, signingOf } from './secret-key';

/** Whose secrets: those of a webhook, or the ones that sign all callbacks of a tenant. */
export type SecretHolder = WebhookId | `callbacks.${TenantId}`;

export const callbackSecrets = (tenant: TenantId): SecretHolder => `callbacks.${tenant}`;

/** Two sign at a time: the one in use and the one that it replaces. */
const maxLive = 2;

/** Makes the first secret, or one in place of the present one, which signs as well for the overlap. Signs as the present one does, unless told. */
export async function renewSecret(
  holder: SecretHolder,
  { overlapSeconds, signing }: RotateSecret,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<SecretRecord> {
  const [present] = describeSecrets(await liveSecrets(holder, store, signal));
  const choice = { signing: signing ?? present?.signing ?? 'hmac', overlapMs: overlapSeconds * 1000 };
  return addSecret(holder, choice, store, signal);
}

/** @returns those that sign at this time, the newest first */
export async function liveSecrets(
  holder: SecretHolder,
  store: ObjectStore,
  signal: AbortSignal,
  now = Date.now(),
): Promise<SecretRecord[]> {
  const [newest, previous] = await newestSecrets(holder, store, signal);
  if (!newest) return [];
  return previous && Date.parse(newest.previousEndsAt) > now ? [newest, previous] : [newest];
}

/**
 * Adds a secret, and ends the ones before the last. Of callers at the same time each adds one, in some order: a number is
 * written by one of them alone.
 *
 * @param overlapMs how long the present one signs as well
 */
export async function addSecret(
  holder: SecretHolder,
  { signing, overlapMs }: { signing: WebhookSigning; overlapMs: number },
  store: ObjectStore,
  signal: AbortSignal,
): Promise<SecretRecord> {
  for (;;) {
    const [newest] = await newestSecrets(holder, store, signal);
    const now = Date.now();
    const record: SecretRecord = {
      schema: 'assay.webhook-secret/1',
      number: (newest?.number ?? 0) + 1,
      key: newSecretKey(signing),
      previousEndsAt: new Date(now + overlapMs).toISOString(),
      createdAt: new Date(now).toISOString(),
    };
    const key = keys.webhookSecret(holder, record.number);
    // What lies there decides, and not the answer: stores that cannot choose between two who write at once keep the last, and a
    // write whose answer was lost is repeated and then finds itself.
    await writeStored(store, key, record, { ifAbsent: true }, signal);
    if ((await readStored(store, key, SecretRecord, signal))?.key !== record.key) continue;
    await removeBefore(holder, record.number - maxLive + 1, store, signal);
    return record;
  }
}

/** Without what is secret. */
export function describeSecrets([newest, previous]: readonly SecretRecord[]): LiveSecret[] {
  const describe = ({ number, key, createdAt }: SecretRecord, endsAt: string | null): LiveSecret => ({
    number,
    signing: signingOf(key),
    publicKey: publicKeyOf(key),
    createdAt,
    endsAt,
  });
  return [
    ...(newest ? [describe(newest, null)] : []),
    ...(newest && previous ? [describe(previous, newest.previousEndsAt)] : []),
  ];
}

async function newestSecrets(holder: SecretHolder, store: ObjectStore, signal: AbortSignal): Promise<SecretRecord[]> {
  const found: string[] = [];
  for await (const { key } of store.list(keys.webhookSecrets(holder), signal)) found.push(key);
  const records = await Promise.all(found.slice(-maxLive).map((key) => readStored(store, key, SecretRecord, signal)));
  return records.filter((record) => record !== null).reverse();
}

async function removeBefore(
  holder: SecretHolder,
  first: number,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  for await (const { key } of store.list(keys.webhookSecrets(holder), signal)) {
    if (key < keys.webhookSecret(holder, first)) await store.delete(key, signal);
  }
}
