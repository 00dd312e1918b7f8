import { isOpenScan, ScanRecord, Stage, type ScanState } from '@assay/contracts';

/** States that no message turns back. `failed` is not one: a retry may still succeed. */
export const finalStates: readonly ScanState[] = ['done', 'cancelled'];
/** What a scan *is*; never changed by a patch. */
export const fixedFields = ['schema', 'id', 'tenant', 'media', 'createdAt'] as const;
/** Stages in the order of the pipeline. */
export const stageOrder: readonly Stage[] = Stage.options;

/** Made once: building a schema costs far more than a parse. */
const ScanPatch = ScanRecord.partial();

/** The fields of a patch that may change a record, checked. Unknown fields and `undefined` are left out. */
export function changesOf(patch: Partial<ScanRecord>, now: string): Partial<ScanRecord> {
  const checked: Partial<ScanRecord> = { updatedAt: now, ...definedOnly(ScanPatch.parse(patch)) };
  for (const field of fixedFields) delete checked[field];
  return checked;
}

/**
 * One merge, the same for every index (the Redis one says it in Lua, `redis/scripts.ts`). Messages arrive more than
 * once and late, so:
 *
 * - a final record (`done`, `cancelled`) stays exactly as it is;
 * - while a scan keeps running, `percent` and `stage` never go back;
 * - `segmentsDone` never goes down.
 *
 * @param changes from `changesOf`
 */
export function mergeScanRecord(current: ScanRecord, changes: Partial<ScanRecord>): ScanRecord {
  if (finalStates.includes(current.state)) return current;
  const next: ScanRecord = { ...current, ...changes };
  if (current.state === 'running' && next.state === 'running') {
    next.percent = Math.max(current.percent, next.percent);
    if (stageOrder.indexOf(next.stage) < stageOrder.indexOf(current.stage)) next.stage = current.stage;
  }
  next.segmentsDone = Math.max(current.segmentsDone, next.segmentsDone);
  return next;
}

/**
 * Whether a record from the object store takes the place of the one in the index. A verdict ends a scan for good, so
 * `done` wins whatever the clocks of the two writers said. Then the later run does, and of one run its end: an index that lost
 * its last write goes on with progress, which is younger than the end. Otherwise the later `updatedAt` wins.
 */
export function isFresher(stored: ScanRecord, indexed: ScanRecord): boolean {
  if (indexed.state === 'done') return false;
  if (stored.state === 'done') return true;
  const runsLater = (stored.restarts ?? 0) - (indexed.restarts ?? 0);
  if (runsLater !== 0) return runsLater > 0;
  if (isOpenScan(indexed) && !isOpenScan(stored)) return true;
  return Date.parse(stored.updatedAt) > Date.parse(indexed.updatedAt);
}

function definedOnly(patch: Partial<ScanRecord>): Partial<ScanRecord> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}
