/** What was answered to the first request under a key. */
export interface StoredAnswer {
  /** Digest of the request that the answer belongs to. */
  fingerprint: string;
  status: number;
  location: string | null;
  body: unknown;
  /** Ids of what the answer tells of, by which it can be forgotten. */
  about?: readonly string[];
}

export type Claim =
  /** This request is the first one; `token` proves it later. */
  | { state: 'claimed'; token: string }
  /** Another request under this key is being worked on; the fingerprint is null while its body still comes. */
  | { state: 'running'; fingerprint: string | null }
  | { state: 'answered'; answer: StoredAnswer };

/**
 * Who works on which idempotency key, and what came of it. Shared by all processes that answer requests. One conformance
 * suite (`idempotency-store.conformance.ts`) holds every implementation to this. Methods throw `StoreUnavailableError`
 * for what may work next time.
 */
export interface IdempotencyStore {
  /**
   * Atomic: of racing requests exactly one gets `claimed`. A claim ends by itself after `leaseMs` unless it is renewed,
   * so that a process that dies does not block its key.
   */
  claim(key: string, fingerprint: string | null, leaseMs: number): Promise<Claim>;
  /** @returns false when the claim was lost: too late, and someone else may have it */
  renew(key: string, token: string, leaseMs: number): Promise<boolean>;
  /** Keeps the answer for `ttlMs`. @returns false when the claim was lost, and nothing was written */
  answer(key: string, token: string, answer: StoredAnswer, ttlMs: number): Promise<boolean>;
  /** Removes the answers that name one of these in `about`: a repeated request is then a first one. @returns how many */
  forget(about: readonly string[]): Promise<number>;
  /** Gives the key back, for a request that changed nothing. A claim that was lost is left to whom it belongs now. */
  release(key: string, token: string): Promise<void>;
  close(): Promise<void>;
}
