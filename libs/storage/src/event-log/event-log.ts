export interface LoggedEvents {
  /** Ids of events, oldest first. */
  ids: string[];
  /** Place of the last of them, or the place that was asked for: give it to the next call. */
  next: string;
}

/**
 * In which order events of a tenant became known: what many readers go through, each at its own place. Holds ids alone; what an event
 * says lies in the object store, from which this can be filled again. One order for all readers and all processes: no
 * event ever appears behind a place that was given out.
 *
 * Methods throw `StoreUnavailableError` for what may work next time.
 */
export interface EventLog {
  /** Atomic; the same id counts once, while it is kept. @returns whether it was new */
  append(tenant: string, id: string): Promise<boolean>;
  /** Takes events out, without a trace; ids that are not there are fine. Readers go on from the places that they have. */
  remove(tenant: string, ids: readonly string[]): Promise<void>;
  /** Takes out events that were kept for long enough: who has not come as far as the latest of them has missed some, and is told. */
  expire(tenant: string, ids: readonly string[]): Promise<void>;
  /**
   * Events behind a place; null = from the oldest that is kept, which lies behind the latest that has expired. A place of a log
   * that was lost since is taken for null, as whatever is told again is better than what is never told.
   *
   * @param page.waitMs how long to wait for an event when there is none; an aborted signal ends the wait
   * @throws ListCursorError for what is no place
   * @throws EventsExpiredError when events behind the place are not kept any more
   */
  read(
    page: { tenant: string; after: string | null; limit: number; waitMs: number },
    signal: AbortSignal,
  ): Promise<LoggedEvents>;
  close(): Promise<void>;
}
