import type { Decision, DecisionNews, ScanNews, ScanRecord, ScanSummary } from '@assay/contracts';
import { mockModelSet } from '../mock/mark-mock';
import { decisionEventId, eventIdOf, eventTypeOf, revisionEventId } from './event-id';

/** What is told of a scan that has ended; null while it is under way. */
export function scanNewsOf(record: ScanRecord): ScanNews | null {
  const type = eventTypeOf(record);
  if (!type) return null;
  return { id: eventIdOf(record, type), type, timestamp: record.updatedAt, data: summaryOf(record) };
}

/** What is told of a verdict that was revised. */
export function revisionNewsOf(record: ScanRecord, revision: number): ScanNews {
  return {
    id: revisionEventId(record, revision),
    type: 'verdict.revised',
    timestamp: record.updatedAt,
    data: { ...summaryOf(record), revision },
  };
}

export function decisionNewsOf(decision: Decision, scans: string[]): DecisionNews {
  return {
    id: decisionEventId(decision),
    type: decision.label === null ? 'decision.reversed' : 'decision.made',
    timestamp: decision.at,
    data: { media: decision.media, tenant: decision.tenant, decision: decision.id, label: decision.label, scans },
  };
}

function summaryOf(record: ScanRecord): ScanSummary {
  const { id: scan, tenant, media, policy, state, verdict, probability, rejection, failure } = record;
  const { label, labelSource } = record;
  const decided = label ? { label, labelSource } : {};
  const mark = record.modelSet === mockModelSet ? { mock: true as const } : {};
  return { scan, tenant, media, policy, state, verdict, probability, rejection, failure, ...decided, ...mark };
}
