import type { AttemptOutcome, ReceiverId, TenantId } from '@assay/contracts';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { findDelivery } from './deliveries';
import { deliveryIdOf } from './delivery-id';
import { markerPattern } from './sweep-deliveries';

/** A webhook or callback that has not taken what it was sent, told by its oldest event. */
export interface PendingReceiver {
  tenant: TenantId;
  webhook: ReceiverId;
  /** Events that have not come to it. */
  pending: number;
  /** When the oldest of them happened, ISO 8601. */
  oldestAt: string;
  /** Tries of the oldest. */
  tries: number;
  /** How the last of them ended; null before the first. */
  lastOutcome: AttemptOutcome | null;
  /** What the receiver answered, null where it did not. */
  lastStatus: number | null;
  nextAttemptAt: string | null;
}

export interface PendingReceivers {
  /** Who has waited longest first. */
  receivers: PendingReceiver[];
  /** Deliveries that were looked at. */
  looked: number;
  /** False where there were more than that: all of them younger. */
  complete: boolean;
}

/**
 * Whose deliveries have not ended: from their markers, the oldest event first, and one record for each receiver.
 *
 * @param most markers to look at: a receiver that has been dead for days has left millions
 */
export async function pendingReceivers(
  store: Ports['store'],
  most: number,
  signal: AbortSignal,
): Promise<PendingReceivers> {
  const found = new Map<ReceiverId, PendingReceiver>();
  let looked = 0;
  for await (const { key } of store.list(keys.pendingDeliveries, signal)) {
    if (looked === most) return { receivers: [...found.values()], looked, complete: false };
    const [, ms, webhook, event] = markerPattern.exec(key) ?? [];
    if (ms === undefined || webhook === undefined || event === undefined) continue;
    looked += 1;
    const known = found.get(webhook);
    if (known) known.pending += 1;
    else {
      const oldest = await pendingAt(
        webhook,
        { id: event, timestamp: new Date(Number(ms)).toISOString() },
        store,
        signal,
      );
      if (oldest) found.set(webhook, oldest);
    }
  }
  return { receivers: [...found.values()], looked, complete: true };
}

/** @returns null where it has just ended, or is just being put on its way */
async function pendingAt(
  webhook: ReceiverId,
  event: { id: string; timestamp: string },
  store: Ports['store'],
  signal: AbortSignal,
): Promise<PendingReceiver | null> {
  const record = await findDelivery(webhook, deliveryIdOf(event), store, signal);
  if (record?.state !== 'pending') return null;
  const last = record.attempts.at(-1);
  return {
    tenant: record.tenant,
    webhook,
    pending: 1,
    oldestAt: event.timestamp,
    tries: record.tries,
    lastOutcome: last?.outcome ?? null,
    lastStatus: last?.status ?? null,
    nextAttemptAt: record.nextAttemptAt,
  };
}
