import { isPassing } from './assay-error';
import { BackOff } from './back-off';

/**
 * Asks until there is an answer, for as long as the service is away.
 *
 * @throws AssayError for a refusal that does not pass; the signal's reason when it is aborted
 */
export async function untilAnswered<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const backOff = new BackOff();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      signal?.throwIfAborted();
      if (!isPassing(error)) throw error;
    }
    await backOff.pause(signal);
  }
}
