import type { DeliveryRecord } from '@assay/contracts';

/** Clocks of two machines differ by this much at most, ms: a job that comes so little early has come in time. */
const clockSkewMs = 1_000;

/** How long a delivery has to wait for its next try, ms; 0 = none. */
export function msUntilDue({ nextAttemptAt }: Pick<DeliveryRecord, 'nextAttemptAt'>): number {
  const pauseMs = nextAttemptAt === null ? 0 : Date.parse(nextAttemptAt) - Date.now();
  return pauseMs > clockSkewMs ? pauseMs : 0;
}
