import { createHash } from 'node:crypto';
import type { ErasureReceipt, SealedReceipt } from '@assay/contracts';
import type { Ports } from '../ports';
import { canonicalJson } from '../signing/canonical-json';

/** The receipt with its digest, signed where the process has a key. */
export async function sealReceipt(
  receipt: ErasureReceipt,
  { store, signer }: Pick<Ports, 'store' | 'signer'>,
  signal: AbortSignal,
): Promise<SealedReceipt> {
  const text = canonicalJson(receipt);
  const digest = createHash('sha256').update(text).digest('hex');
  return { receipt, digest, signature: (await signer?.signText(text, store, signal)) ?? null };
}
