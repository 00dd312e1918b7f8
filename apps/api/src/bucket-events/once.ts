import { createHash } from 'node:crypto';
import type { IdempotencyStore } from '@assay/storage';
import { keepLease, leaseMs } from '../idempotency/lease';

/** For how long an event that comes again is known, ms: longer than stores try. */
const knownMs = 7 * 24 * 3_600_000;

export type Done<T> = { state: 'done'; value: T } | { state: 'known'; value: T } | { state: 'busy' };

/**
 * Does something once, over all replicas and for a week: who comes again gets what came of it, and who comes while it is
 * being done is told so. What fails may be tried again at once.
 *
 * @param about ids by which the answer is forgotten, when what it tells of is deleted
 */
export async function once<T>(
  store: IdempotencyStore,
  parts: readonly (string | null)[],
  work: () => Promise<T>,
  about: (value: T) => string[],
): Promise<Done<T>> {
  const key = createHash('sha256')
    .update(JSON.stringify(['bucket-event', ...parts]))
    .digest('hex');
  const claim = await store.claim(key, null, leaseMs);
  if (claim.state === 'running') return { state: 'busy' };
  if (claim.state === 'answered') return { state: 'known', value: claim.answer.body as T };
  const endLease = keepLease(store, key, claim.token);
  try {
    const value = await work();
    const answer = { fingerprint: key, status: 200, location: null, body: value, about: about(value) };
    // What was done is done: not knowing it again costs one more download.
    await store.answer(key, claim.token, answer, knownMs).catch(() => false);
    return { state: 'done', value };
  } catch (error) {
    await store.release(key, claim.token).catch(() => undefined);
    throw error;
  } finally {
    endLease();
  }
}
