/** Something known, as those who search it get it. */
export interface KnownLogEntry {
  /** A random name, the same as long as it is known: of what is gone nothing is left that says what it was. */
  handle: string;
  /** Null: it is not known any more. */
  value: string | null;
}

export interface KnownChanges {
  entries: KnownLogEntry[];
  /** Give it to the next call. */
  next: string;
  /** True: the log was lost since, or has forgotten what was removed since, or this is the beginning. What was read before counts for nothing. */
  anew: boolean;
  /** True: there is more behind. */
  more: boolean;
}

/**
 * What is known of media, as the processes that search it keep up with it: each holds its own copy in a form that can be
 * searched, and asks for what has changed since. The latest value of each id and nothing else, in the order of the last
 * changes. Rebuildable from the object store.
 *
 * What is `kept` stays until it is removed. Of the rest the newest stay, up to a number given with each.
 *
 * Scopes (tenants) know nothing of each other. Methods throw `StoreUnavailableError` for what may work next time. One
 * conformance suite (`known-log.conformance.ts`) holds every implementation to this.
 */
export interface KnownLog {
  /** Atomic. The same value again changes nothing. @param options.most how many that are not kept may stay */
  put(scope: string, entry: { id: string; value: string }, options: { kept: boolean; most: number }): Promise<void>;
  /** Absent is fine. */
  remove(scope: string, id: string): Promise<void>;
  /** @param after `next` of the call before; null = from the beginning */
  changes(scope: string, after: string | null, limit: number): Promise<KnownChanges>;
  close(): Promise<void>;
}
