import type { ScanRecord } from '@assay/contracts';

export interface IndexKeeping {
  /** How long a scan stays in the index after it was last written there, or after it ended, ms. */
  keepMs?: number;
}

const dayMs = 24 * 3_600_000;
export const defaultKeepMs = 30 * dayMs;
/** Redis takes no time that is over, ms: what comes back from the store too late is gone at once. */
const shortestMs = 1;

const endedStates: ReadonlySet<ScanRecord['state']> = new Set(['done', 'failed', 'cancelled']);

/** What is left to a record that is written now. One that ended long ago, and is brought back, gets no second life. */
export function timeLeftMs({ state, updatedAt }: Pick<ScanRecord, 'state' | 'updatedAt'>, keepMs: number): number {
  if (!endedStates.has(state)) return keepMs;
  return Math.max(shortestMs, Date.parse(updatedAt) + keepMs - Date.now());
}
