import type { Decision, ScanRecord, ToldNews } from '@assay/contracts';

/** How the stages tell what happened; a file of its own, since what does it needs what the stages need. */
export interface Outbox {
  /**
   * Tells of the end of a scan: writes it down, then hands it to the feed and the webhooks. Once this has resolved nothing
   * that dies keeps it from being told; calling it again for the same end changes nothing.
   *
   * @throws ScanGoneError when the media was deleted
   */
  tell(record: ScanRecord, signal: AbortSignal): Promise<void>;
  /** Tells that the verdict of a scan was revised; in the same way. */
  tellRevision(record: ScanRecord, revision: number, signal: AbortSignal): Promise<void>;
  /** Tells what was decided on media; in the same way. @param scans of that media */
  tellDecision(decision: Decision, scans: string[], signal: AbortSignal): Promise<void>;
  /**
   * Tells what a crash, a lost Redis or an outage kept from being told, and restores what the index lost of scans that ended just now.
   *
   * @param now ms; each minute begins with others
   */
  sweep(signal: AbortSignal, now?: number): Promise<void>;
  /** Fills a feed that was lost again, with events that the store still has, in the order of their time. */
  restore(events: readonly ToldNews[]): Promise<void>;
}
