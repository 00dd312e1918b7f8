/**
 * Named sets of counters that all processes of a service add to. Statistics, and no truth: a Redis that loses its data loses them, and
 * work that is done twice may be counted twice.
 */
export interface TallyStore {
  /**
   * Adds one for each field named, as often as it is named, and puts the name's end off.
   *
   * @param keepMs time after the last addition for which the counts are kept
   */
  add(name: string, fields: readonly string[], keepMs: number): Promise<void>;
  /** @returns counts by field; none for a name that nothing was added to */
  read(name: string): Promise<Record<string, number>>;
  close(): Promise<void>;
}
