import { type Decision, type DecisionHistory, type DecisionLabel, type MediaId, type TenantId } from '@assay/contracts';
import { DecisionError } from '../errors';
import { keys } from '../keys';
import type { ScanQueues } from '../open-queues';
import type { Ports } from '../ports';
import { writeStored } from '../stored';
import { decisionHistory, nextDecisionId } from './decisions';
import { knownKeys } from './known-keys';
import { applyDecision, sweepSoon } from './revisit';
import { revisitNameOf } from './revisit-marker';

export type DecidePorts = Pick<Ports, 'store' | 'index' | 'log' | 'outbox' | 'known'>;

/**
 * Makes or takes back a decision. What it means for the media's own scans is done before this returns; what it means for
 * copies follows by the next sweep, which is asked for at once. A marker is written before the decision, so that whatever
 * dies here the sweep draws all consequences.
 *
 * @param request.label null takes back what stands
 * @throws DecisionError `unknown_media` | `no_decision`
 */
export async function decide(
  media: { tenant: TenantId; media: MediaId },
  request: { label: DecisionLabel | null; by: string; note: string },
  ports: DecidePorts,
  queues: ScanQueues | null,
  signal: AbortSignal,
): Promise<DecisionHistory> {
  const { store } = ports;
  if (!(await store.stat(keys.mediaRecord(media.media, media.tenant), signal)))
    throw new DecisionError('unknown_media');
  const history = await decisionHistory(media, store, signal);
  if (request.label === null && !history.standing) throw new DecisionError('no_decision');
  const decision: Decision = {
    schema: 'assay.decision/1',
    ...media,
    id: nextDecisionId(history),
    ...request,
    at: new Date().toISOString(),
  };
  await writeStored(store, knownKeys.revisit(revisitNameOf(decision)), {}, { ifAbsent: false }, signal);
  const key = knownKeys.decision(media.tenant, media.media, decision.id);
  await writeStored(store, key, decision, { ifAbsent: true }, signal);
  // Deleted since it was looked for: nothing of it may stay.
  if (!(await store.stat(keys.mediaRecord(media.media, media.tenant), signal))) {
    await store.delete(knownKeys.revisit(revisitNameOf(decision)), signal);
    await store.deletePrefix(knownKeys.media(media.tenant, media.media), signal);
    throw new DecisionError('unknown_media');
  }
  await applyDecision(decision, ports, signal);
  if (queues) await sweepSoon(queues, decision.id);
  return decisionHistory(media, store, signal);
}
