/** Proof of a lease: whoever took the same name later has a higher `token`. */
export interface Lease {
  name: string;
  /** Fencing token (Kleppmann, "How to do distributed locking"): rises with each holder of the name. */
  token: number;
}

/** `wanted`: it is held, and someone waits for it. `lost`: too late, and someone else may have it. */
export type Renewal = 'held' | 'wanted' | 'lost';

/**
 * Who works on what, over all processes that share a Redis. A lease ends by itself, so that a process that dies blocks
 * nothing for long; a holder that was paused finds out by asking. Methods throw `StoreUnavailableError` for what may
 * work next time.
 */
export interface LeaseStore {
  /**
   * Atomic: of racing callers exactly one gets it.
   *
   * @param want has the holder's next renewal say `wanted`
   * @returns null while it is held
   */
  acquire(name: string, leaseMs: number, want: boolean): Promise<Lease | null>;
  renew(lease: Lease, leaseMs: number): Promise<Renewal>;
  /** A lease that was lost is left to whom it belongs now. */
  release(lease: Lease): Promise<void>;
  close(): Promise<void>;
}
