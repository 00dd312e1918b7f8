export interface EventLogSettings {
  /** How long an event is kept, ms. */
  keepMs: number;
}
