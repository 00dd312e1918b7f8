import type { Decision, EventId, ScanEventType, ScanId, ScanRecord, ScanState } from '@assay/contracts';
import { keys } from '../keys';
import { knownKeys } from '../known/known-keys';

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

/** In which run of its scan an end was told: 0, or how often it had been started anew. */
export function runOf(event: EventId): number {
  return Number(/-(\d{1,9})$/.exec(event)?.[1] ?? 0);
}

/** A revision has a number of its own, whatever happened to the scan before. */
export function revisionEventId({ id }: Pick<ScanRecord, 'id'>, revision: number): EventId {
  return `${id}-verdict-revised-${revision}`;
}

export function decisionEventId({ media, id }: Pick<Decision, 'media' | 'id'>): EventId {
  return `md_${media}-decision-${id}`;
}

/** @returns null for an event of no scan */
export function scanOfEvent(event: EventId): ScanId | null {
  return /^(sc_[0-9a-f]{32})-/.exec(event)?.[1] ?? null;
}

/** Where an event lies: with its scan or its media. @returns null for one of neither */
export function eventKeyOf(event: EventId): string | null {
  const scan = scanOfEvent(event);
  if (scan) return keys.event(scan, event);
  const [, media] = /^md_([0-9a-f]{64})-/.exec(event) ?? [];
  return media ? knownKeys.event(media, event) : null;
}
