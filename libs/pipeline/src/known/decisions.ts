import { randomBytes } from 'node:crypto';
import { Decision, type DecisionHistory, type KnownDecision, type MediaId, type TenantId } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { readStored } from '../stored';
import { knownKeys } from './known-keys';

/** Digits of the number in an id: ids lie in the order in which decisions were made. */
const numberDigits = 8;
const randomIdBytes = 4;

/** The history of a media item, oldest first. */
export async function decisionHistory(
  { tenant, media }: { tenant: TenantId; media: MediaId },
  store: ObjectStore,
  signal: AbortSignal,
): Promise<DecisionHistory> {
  const decisions: Decision[] = [];
  for await (const { key } of store.list(knownKeys.decisions(tenant, media), signal)) {
    const decision = await readStored(store, key, Decision, signal);
    if (decision) decisions.push(decision);
  }
  const last = decisions.at(-1);
  return { media, standing: last && last.label !== null ? last : null, decisions };
}

/** Two who decide in the same moment both stay in the history; which of them stands is told by their ids. */
export function nextDecisionId({ decisions }: DecisionHistory): string {
  const last = decisions.at(-1)?.id ?? '0';
  const number = Number.parseInt(last, 10) + 1;
  return `${String(number).padStart(numberDigits, '0')}-${randomBytes(randomIdBytes).toString('hex')}`;
}

/** What verdicts of other media say of a decision: no note, which may say more than they need to know. */
export function knownDecisionOf(decision: Decision | null): KnownDecision | null {
  if (!decision || decision.label === null) return null;
  return { label: decision.label, by: decision.by, at: decision.at, decision: decision.id };
}
