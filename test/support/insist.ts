import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 100;

/** As a careful caller: what was not answered, or refused with 5xx, or is still being worked on, is asked again. */
export async function insist<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
      const underWay = error instanceof Error && 'code' in error && error.code === 'idempotency-key-in-use';
      if (status < 500 && !underWay) throw error;
      await sleep(pauseMs);
    }
  }
}
