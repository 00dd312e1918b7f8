import { z } from 'zod';

const PutAside = z.object({ dueAt: z.number() });

/**
 * Since when a job that waits has waited for a worker, ms since 1970: since it was added, or since the pause was over that it was put aside
 * for. A tenant's archive that is held back by its rate waits for its tenant, and more workers would not help it.
 *
 * @param job of BullMQ; its progress is what a worker notes of it beside its attempts
 */
export function waitsSince({ timestamp, progress }: { timestamp: number; progress?: unknown }): number {
  const { success, data } = PutAside.safeParse(progress);
  return success ? Math.max(timestamp, data.dueAt) : timestamp;
}
