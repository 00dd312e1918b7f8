import type { DecisionLabel, LabelSource, ScanEvent, ScanRecord, ScanState, VerdictLabel } from '@assay/contracts';

/** What people decided on a scan's media; null = nothing. */
export interface ScanLabel {
  label: DecisionLabel | null;
  labelSource: LabelSource | null;
}

/** Scans of one tenant. All that is given has to hold, of a scan as it is when it is listed. */
export interface ScanQuery {
  tenant: string;
  /** Only scans with this label, own or inherited. */
  label?: DecisionLabel | undefined;
  media?: string | undefined;
  state?: ScanState | undefined;
  verdict?: VerdictLabel | undefined;
  /** In [0, 1], included. A scan without a probability lies in no range. */
  minProbability?: number | undefined;
  maxProbability?: number | undefined;
  /** ISO 8601 with a zone, counted to the millisecond: created then or later ... */
  createdAfter?: string | undefined;
  /** ... and before this. */
  createdBefore?: string | undefined;
}

export interface ScanPageQuery extends ScanQuery {
  limit: number;
  /** Of the page before, to the same query; null = from the newest. */
  cursor: string | null;
}

export interface ScanPage {
  /** Newest first. May be shorter than the limit before the end: `cursor` says whether there is more. */
  scans: ScanRecord[];
  /** Give it to the next call; `null` on the last page. */
  cursor: string | null;
}

/**
 * What is going on, quickly: scan records, their progress, and events. Rebuildable from the object store; nothing
 * lives here alone. One conformance suite (`scan-index.conformance.ts`) holds every implementation to this.
 *
 * What `update` lets a late or repeated message do is in `merge-scan-record.ts`. Methods throw
 * `StoreUnavailableError` for what may work next time.
 */
export interface ScanIndex {
  /** Atomic: of racing creators exactly one gets `created`. An existing record is left as it is. */
  create(record: ScanRecord): Promise<'created' | 'exists'>;
  /**
   * Brings a record of the object store back, for an index that was lost or has fallen behind. Atomic: a fresher record
   * (`isFresher`) is left as it is.
   */
  restore(record: ScanRecord): Promise<'created' | 'replaced' | 'kept'>;
  get(id: string): Promise<ScanRecord | null>;
  /** Atomic merge by the rules of `mergeScanRecord`. @returns the record as it now is; `null` when there is none */
  update(id: string, patch: Partial<ScanRecord>): Promise<ScanRecord | null>;
  /** Sets the label of a scan, ended or not, and its place in the list of that label. Absent scans are fine. */
  relabel(id: string, label: ScanLabel): Promise<void>;
  /** A set: a segment counts once. Also raises `segmentsDone`. @returns how many are done; 0 without a record */
  markSegmentDone(id: string, segment: number): Promise<number>;
  /**
   * Absent is fine. The way to run a finished or cancelled scan again is `delete`, then `create`.
   *
   * @param known the scan, for an index that has forgotten its record and not its places in the lists
   */
  delete(id: string, known?: Pick<ScanRecord, 'media' | 'tenant' | 'createdAt'>): Promise<void>;
  /** Scan ids of one tenant's media item, in order of id. */
  scansOfMedia(media: string, tenant: string): Promise<string[]>;
  /**
   * Scans that fit. Reads `maxRecordsRead` records at most (`list-scans.ts`), whatever is asked for.
   *
   * @throws ListCursorError when the cursor did not come from here, or is one of another query
   */
  list(page: ScanPageQuery): Promise<ScanPage>;
  /** To everyone who listens now; nobody is fine. */
  publish(event: ScanEvent): Promise<void>;
  /**
   * Resolves once the subscription is live: an event published after that arrives. `onEvent` must not throw (what it
   * throws is dropped, so that one listener cannot stop another).
   *
   * @returns ends the subscription; calling twice is fine
   */
  subscribe(id: string, onEvent: (event: ScanEvent) => void): Promise<() => Promise<void>>;
  /** @throws StoreUnavailableError when the index does not answer */
  check(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
