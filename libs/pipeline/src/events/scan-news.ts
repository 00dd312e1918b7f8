import type { ScanNews, ScanRecord } from '@assay/contracts';
import { mockModelSet } from '../mock/mark-mock';
import { eventIdOf, eventTypeOf } from './event-id';

/** What is told of a scan that has ended; null while it is under way. */
export function scanNewsOf(record: ScanRecord): ScanNews | null {
  const type = eventTypeOf(record);
  if (!type) return null;
  const mark = record.modelSet === mockModelSet ? { mock: true as const } : {};
  const { id: scan, tenant, media, policy, state, verdict, probability, rejection, failure } = record;
  return {
    id: eventIdOf(record, type),
    type,
    timestamp: record.updatedAt,
    data: { scan, tenant, media, policy, state, verdict, probability, rejection, failure, ...mark },
  };
}
