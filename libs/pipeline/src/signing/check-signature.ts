import { createPublicKey, verify } from 'node:crypto';
import type { PublicKeyJwk, VerdictSignature } from '@assay/contracts';
import { canonicalJson } from './canonical-json';

/**
 * What keeps a signature from vouching for a verdict; null = nothing does.
 *
 * - `unknown_key`: none of the keys is the one that it names
 * - `other_verdict`: it was made for the verdict of another scan
 * - `altered`: the verdict, or the signature, is not as it was when it was signed
 */
export type SignatureFault = 'unknown_key' | 'other_verdict' | 'altered';

/** @param verdict the document as it was read, with fields that this version does not know */
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
