/** What was used in one period, and what is held for uploads that are under way. */
export interface UsageCounts {
  bytes: number;
  items: number;
  /** Of video that scans look at, ms. */
  videoMs: number;
  reservedBytes: number;
  reservedItems: number;
}

/** Whose, and in which period: `2026-11` or `2026-11-24`. */
export interface UsagePeriod {
  tenant: string;
  period: string;
  /** From then on nobody asks for it any more, ms since the epoch. */
  forgetAtMs: number;
}

/** Null = any amount. */
export interface UsageLimits {
  bytes: number | null;
  items: number | null;
  videoMs: number | null;
}

/**
 * Counts what tenants use, over all processes. Each call is one step: of many at once, no more get through than there is room for.
 * All throw StoreUnavailableError.
 */
export interface UsageStore {
  /**
   * Holds room for one item, or more or less room for one that has some. Ends by itself, should its holder die.
   *
   * @returns what there is too little of; null = held
   */
  reserve(
    at: UsagePeriod,
    item: { id: string; bytes: number; holdMs: number },
    limits: UsageLimits,
  ): Promise<'bytes' | 'items' | null>;
  /** Gives the room back, and counts what came of it: null = nothing. */
  settle(at: UsagePeriod, id: string, taken: { bytes: number } | null): Promise<void>;
  /**
   * Counts the video of a scan, once while it is remembered (see `forgetCharge`).
   *
   * @returns false where there is too little left; nothing is counted then
   */
  charge(at: UsagePeriod, scan: { id: string; videoMs: number }, limits: UsageLimits): Promise<boolean>;
  /** It is noted elsewhere that the scan was counted. */
  forgetCharge(tenant: string, id: string): Promise<void>;
  read(at: UsagePeriod): Promise<UsageCounts>;
  /** After a loss: what is counted is never less than this. */
  restore(at: UsagePeriod, counts: { bytes: number; items: number; videoMs: number }): Promise<void>;
  close(): Promise<void>;
}
