import type { DeliveryId, EventId } from '@assay/contracts';

/** Most that 13 digits hold, ms: the year 2286. */
const endOfTime = 9_999_999_999_999;
const digits = 13;

/** The same event has the same delivery: told twice, it is one. Counted down, so that the store lists the newest first. */
export function deliveryIdOf({ id, timestamp }: { id: EventId; timestamp: string }): DeliveryId {
  return `${padded(endOfTime - Date.parse(timestamp))}-${id}`;
}

/** @returns the event and its time, ms since 1970 in 13 digits: in order as text */
export function eventAndTimeOf(delivery: DeliveryId): { event: EventId; ms: string } {
  return { event: delivery.slice(digits + 1), ms: padded(endOfTime - Number(delivery.slice(0, digits))) };
}

const padded = (ms: number): string => String(ms).padStart(digits, '0');
