import { PublicKeyJwk } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';
import { readDerived, writeStored } from '../stored';

/** Public keys lie in the store, so that every replica of the API tells the same, and old ones after a new one came. */
export async function registerPublicKey(key: PublicKeyJwk, store: ObjectStore, signal: AbortSignal): Promise<void> {
  await writeStored(store, keys.signingKey(key.kid), key, { ifAbsent: true }, signal);
}

export async function listPublicKeys(store: ObjectStore, signal: AbortSignal): Promise<PublicKeyJwk[]> {
  const found: PublicKeyJwk[] = [];
  for await (const { key } of store.list(keys.signingKeys, signal)) {
    const publicKey = await readDerived(store, key, PublicKeyJwk, signal);
    if (publicKey) found.push(publicKey);
  }
  return found;
}
