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
  let told: string | null = null;
  for (;;) {
    try {
      return await check(AbortSignal.timeout(checkMs));
    } catch (error) {
      if (Date.now() >= giveUpAt) throw error;
      // Once for each way to fail, not at every try: thirty equal lines hide the one that says how it ended.
      const failure = String(error);
      if (failure !== told) log.warn({ dependency: name, err: error }, 'not ready yet');
      told = failure;
      await sleep(pauseMs);
    }
  }
}
