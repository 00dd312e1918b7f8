import { createPublicKey, verify } from 'node:crypto';
import type { PublicKeyJwk, SignatureFault, VerdictSignature } from '@assay/contracts';
import { canonicalJson } from './canonical-json';

/**
 * @param verdict the document as it was read, with fields that this version does not know
 * @returns null when nothing keeps the signature from vouching for it
 */
export function checkSignature(
  verdict: { scan?: unknown },
  { keyId, scan, signature }: VerdictSignature,
  keys: readonly PublicKeyJwk[],
): SignatureFault | null {
  const known = keys.find(({ kid }) => kid === keyId);
  if (!known) return 'unknown_key';
  if (verdict.scan !== scan) return 'other_verdict';
  const { kty, crv, x } = known;
  const key = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
  const genuine = verify(null, Buffer.from(canonicalJson(verdict)), key, Buffer.from(signature, 'base64url'));
  return genuine ? null : 'altered';
}
