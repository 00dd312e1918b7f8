import { sign } from 'node:crypto';
import type { ScanId, VerdictSignature } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { StoredDocumentError } from '../errors';
import { keys } from '../keys';
import { writeStored } from '../stored';
import { canonicalJson } from './canonical-json';
import { registerPublicKey } from './public-keys';
import type { SigningKey } from './signing-key';

/** Revised by somebody else while it was signed, it is signed again; more often than this nobody revises at once. */
const mostRounds = 5;

export interface VerdictSigner {
  /** Signs the verdict as it lies in the store. Doing it again gives the same. */
  sign(scan: ScanId, store: ObjectStore, signal: AbortSignal): Promise<void>;
  /** Ed25519 over a text. @returns base64url, and which key made it */
  signText(text: string, store: ObjectStore, signal: AbortSignal): Promise<{ keyId: string; value: string }>;
}

export function createSigner(key: SigningKey): VerdictSigner {
  let registered = false;
  const register = async (store: ObjectStore, signal: AbortSignal): Promise<void> => {
    if (!registered) await registerPublicKey(key.publicKey, store, signal);
    registered = true;
  };
  return {
    async signText(text, store, signal) {
      await register(store, signal);
      return { keyId: key.publicKey.kid, value: textSignature(text, key) };
    },
    async sign(scan, store, signal) {
      let body = await store.get(keys.verdict(scan), signal);
      if (body) await register(store, signal);
      for (let round = 0; body && round < mostRounds; round += 1) {
        // Over what is stored and served, not over what this version knows of it.
        const signature = signatureOf(scan, parsed(body, scan), key);
        await writeStored(store, keys.signature(scan), signature, { ifAbsent: false }, signal);
        const now = await store.get(keys.verdict(scan), signal);
        if (now?.equals(body)) return;
        body = now;
      }
    },
  };
}

const textSignature = (text: string, { privateKey }: SigningKey): string =>
  sign(null, Buffer.from(text), privateKey).toString('base64url');

export function signatureOf(scan: ScanId, verdict: object, key: SigningKey): VerdictSignature {
  return {
    schema: 'assay.verdict-signature/1',
    scan,
    algorithm: 'Ed25519',
    canonicalization: 'RFC8785',
    keyId: key.publicKey.kid,
    signature: textSignature(canonicalJson(verdict), key),
  };
}

function parsed(body: Buffer, scan: ScanId): object {
  try {
    return JSON.parse(body.toString('utf8')) as object;
  } catch {
    throw new StoredDocumentError(keys.verdict(scan));
  }
}
