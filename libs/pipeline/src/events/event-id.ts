import type { EventId, ScanEventType, ScanId, ScanRecord, ScanState } from '@assay/contracts';

/** How an end of a scan is told; states without an entry are no end. */
const typeOfEnd: Partial<Record<ScanState, ScanEventType>> = {
  done: 'verdict.published',
  failed: 'scan.failed',
  cancelled: 'scan.cancelled',
};

/** @returns null while the scan is under way */
export function eventTypeOf({ state }: Pick<ScanRecord, 'state'>): ScanEventType | null {
  return typeOfEnd[state] ?? null;
}

/** Whoever tells of the same end gives it the same id; a scan that was started anew may end in the same way again. */
export function eventIdOf({ id, restarts }: Pick<ScanRecord, 'id' | 'restarts'>, type: ScanEventType): EventId {
  return `${id}-${type.replace('.', '-')}${restarts ? `-${restarts}` : ''}`;
}

/** @returns null for an event that is of no scan */
export function scanOfEvent(event: EventId): ScanId | null {
  return /^(sc_[0-9a-f]{32})-/.exec(event)?.[1] ?? null;
}
