import type { IdempotencyStore } from '@assay/storage';

/** How long a process that died blocks what it had claimed, ms. */
export const leaseMs = 60_000;
const renewMs = leaseMs / 3;

/** Keeps a claim for as long as its work takes. @returns what ends that; the claim is then to be answered or released */
export function keepLease(store: IdempotencyStore, key: string, token: string): () => void {
  const renew = () => void store.renew(key, token, leaseMs).catch(() => undefined);
  const timer = setInterval(renew, renewMs).unref();
  return () => clearInterval(timer);
}
