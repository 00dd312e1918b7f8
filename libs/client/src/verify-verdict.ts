import { PublicKeySet, type SignatureFault, Verdict, VerdictSignature } from '@assay/contracts';
import canonicalize from 'canonicalize';
import { AssayProtocolError, VerdictSignatureError } from './assay-error';
import { fromBase64, utf8 } from './bytes';
import { ed25519Verify } from './ed25519';

/**
 * Checks that a verdict is, to the last digit, what the service signed (Ed25519 over RFC 8785). For Node and browsers.
 * It says nothing of which file lies before you: for that compare the file's SHA-256 with `media`.
 *
 * @param verdict the parsed JSON as it came, with fields that this version does not know
 * @param keys of `/.well-known/assay-keys.json`; what they are worth is what the way is worth on which they came
 * @throws VerdictSignatureError when the signature does not vouch for it
 * @throws AssayProtocolError when one of the three is no such document
 */
export async function verifyVerdict(verdict: unknown, signature: unknown, keys: unknown): Promise<Verdict> {
  const given = VerdictSignature.safeParse(signature);
  const known = PublicKeySet.safeParse(keys);
  const parsed = Verdict.safeParse(verdict);
  if (!given.success || !known.success || !parsed.success) {
    throw new AssayProtocolError('Verdict, signature or keys do not follow the contract.');
  }
  const fault = await faultOf(verdict as object & { scan: string }, given.data, known.data);
  if (fault) throw new VerdictSignatureError(fault);
  return parsed.data;
}

async function faultOf(
  verdict: object & { scan: string },
  { keyId, scan, signature }: VerdictSignature,
  { keys }: PublicKeySet,
): Promise<SignatureFault | null> {
  const key = fromBase64(keys.find(({ kid }) => kid === keyId)?.x ?? '');
  if (!key?.length) return 'unknown_key';
  if (verdict.scan !== scan) return 'other_verdict';
  const bytes = fromBase64(signature);
  const genuine = bytes && (await ed25519Verify(key, bytes, utf8(canonicalize(verdict) ?? '')));
  return genuine ? null : 'altered';
}
