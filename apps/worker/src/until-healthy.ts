import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@assay/pipeline';

/** Between two tries, ms. */
const pauseMs = 500;
/** One check that does not answer within this counts as failed, ms. */
const checkMs = 5_000;
/** Services that start together come up within this; longer means a wrong address, and the process should say so, ms. */
export const patienceMs = 30_000;

/** @throws the last failure when the dependency does not answer within `patienceMs` */
export async function untilHealthy(
  name: string,
  check: (signal: AbortSignal) => Promise<void>,
  log: Logger,
): Promise<void> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    try {
      return await check(AbortSignal.timeout(checkMs));
    } catch (error) {
      if (Date.now() >= giveUpAt) throw error;
      log.warn({ dependency: name, err: error }, 'not ready yet');
      await sleep(pauseMs);
    }
  }
}
