import { type Decision, type DecisionHistory, type DecisionLabel, type MediaId, type TenantId } from '@assay/contracts';
import { DecisionError, isOutage } from '../errors';
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
 * Makes or takes back a decision. What it means for the media's own scans is done before this returns, as far as
 * store and Redis answer; what it means for copies follows by the next sweep, which is asked for at once. A marker is written before the
 * decision, so that whatever dies here the sweep draws all consequences.
 *
 * @param request.label null takes back what stands
 * @throws DecisionError `unknown_media` | `no_decision`; StoreUnavailableError before the decision is written, and not behind it: who is
 * told of a failure decides again
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
  try {
    // Deleted since it was looked for: nothing of it may stay.
    if (!(await store.stat(keys.mediaRecord(media.media, media.tenant), signal))) {
      await store.delete(knownKeys.revisit(revisitNameOf(decision)), signal);
      await store.deletePrefix(knownKeys.media(media.tenant, media.media), signal);
      throw new DecisionError('unknown_media');
    }
    await applyDecision(decision, ports, signal);
  } catch (error) {
    if (!isOutage(error)) throw error;
    ports.log.warn({ media: media.media, err: error }, 'the sweep draws what follows from a decision');
  }
  if (queues) await sweepSoon(queues, decision.id, ports.log);
  return historyWith(decision, history, store, signal);
}

/** As it lies there, with what others decided in the same moment; without them where the store is away. */
async function historyWith(
  decision: Decision,
  { media, decisions }: DecisionHistory,
  store: Ports['store'],
  signal: AbortSignal,
): Promise<DecisionHistory> {
  try {
    return await decisionHistory(decision, store, signal);
  } catch (error) {
    if (!isOutage(error)) throw error;
    return { media, standing: decision.label === null ? null : decision, decisions: [...decisions, decision] };
  }
}
