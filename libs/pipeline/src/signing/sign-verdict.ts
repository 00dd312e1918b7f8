import { sign } from 'node:crypto';
import type { ScanId, VerdictSignature } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { StoredDocumentError } from '../errors';
import { keys } from '../keys';
import { writeStored } from '../stored';
import { canonicalJson } from './canonical-json';
import { registerPublicKey } from './public-keys';
import type { SigningKey } from './signing-key';

export interface VerdictSigner {
  /** Signs the verdict as it lies in the store. Doing it again gives the same. */
  sign(scan: ScanId, store: ObjectStore, signal: AbortSignal): Promise<void>;
}

export function createSigner(key: SigningKey): VerdictSigner {
  let registered = false;
  return {
    async sign(scan, store, signal) {
      const body = await store.get(keys.verdict(scan), signal);
      if (!body) return;
      if (!registered) await registerPublicKey(key.publicKey, store, signal);
      registered = true;
      // Over what is stored and served, not over what this version knows of it.
      const signature = signatureOf(scan, parsed(body, scan), key);
      await writeStored(store, keys.signature(scan), signature, { ifAbsent: false }, signal);
    },
  };
}

export function signatureOf(scan: ScanId, verdict: object, { privateKey, publicKey }: SigningKey): VerdictSignature {
  return {
    schema: 'assay.verdict-signature/1',
    scan,
    algorithm: 'Ed25519',
    canonicalization: 'RFC8785',
    keyId: publicKey.kid,
    signature: sign(null, Buffer.from(canonicalJson(verdict)), privateKey).toString('base64url'),
  };
}

function parsed(body: Buffer, scan: ScanId): object {
  try {
    return JSON.parse(body.toString('utf8')) as object;
  } catch {
    throw new StoredDocumentError(keys.verdict(scan));
  }
}
