import { createHmac, createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { WebhookSigning } from '@assay/contracts';

/** The specification asks for 24 to 64 bytes; HMAC-SHA256 gains nothing beyond 32. */
const secretBytes = 32;
const hmacPrefix = 'whsec_';
const privatePrefix = 'whsk_';
const publicPrefix = 'whpk_';
/** What stands before the 32 bytes of an Ed25519 seed in PKCS #8 (RFC 8410, 7). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');
/** Bytes of an Ed25519 public key, the end of its SubjectPublicKeyInfo. */
const publicKeyBytes = 32;

/** A secret as Standard Webhooks write it: `whsec_` and 32 random bytes, or `whsk_` and the seed of an Ed25519 key. */
export function newSecretKey(signing: WebhookSigning): string {
  return (signing === 'hmac' ? hmacPrefix : privatePrefix) + randomBytes(secretBytes).toString('base64');
}

export function signingOf(secretKey: string): WebhookSigning {
  return secretKey.startsWith(hmacPrefix) ? 'hmac' : 'ed25519';
}

/** @returns `whpk_...`; null for a shared secret */
export function publicKeyOf(secretKey: string): string | null {
  if (signingOf(secretKey) === 'hmac') return null;
  const spki = createPublicKey(privateKeyOf(secretKey)).export({ format: 'der', type: 'spki' });
  return publicPrefix + spki.subarray(-publicKeyBytes).toString('base64');
}

/** One signature with its version: `v1,` HMAC-SHA256, `v1a,` Ed25519. */
export function signWith(secretKey: string, content: Buffer): string {
  if (signingOf(secretKey) === 'ed25519')
    return `v1a,${sign(null, content, privateKeyOf(secretKey)).toString('base64')}`;
  const key = Buffer.from(secretKey.slice(hmacPrefix.length), 'base64');
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

function privateKeyOf(secretKey: string): KeyObject {
  const seed = Buffer.from(secretKey.slice(privatePrefix.length), 'base64');
  return createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' });
}
