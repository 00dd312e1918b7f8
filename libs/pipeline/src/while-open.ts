import type { ScanId } from '@assay/contracts';
import { ScanCancelledError } from './errors';
import type { Ports } from './ports';

/** An event is lost when Redis is away at its moment, so the record is looked at as well, every so often, ms. */
const lookEveryMs = 1_000;

/**
 * Does a scan's work until it is cancelled or its media is deleted, by whatever process: then the signal that the work
 * got is aborted.
 *
 * @throws ScanCancelledError, or what the work threw
 */
export async function whileOpen<T>(
  scan: ScanId,
  { index }: Pick<Ports, 'index'>,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const cancelled = new AbortController();
  const stop = AbortSignal.any([signal, cancelled.signal]);
  const end = (): void => cancelled.abort(new ScanCancelledError(scan));
  const look = async (): Promise<void> => {
    if ((await index.get(scan))?.state === 'cancelled') end();
  };
  const unsubscribe = await index.subscribe(scan, ({ state }) => {
    if (state === 'cancelled') end();
  });
  // A failure to look is one of Redis, and no reason to stop.
  const timer = setInterval(() => void look().catch(() => undefined), lookEveryMs);
  try {
    // Cancelled before the subscription was live.
    await look();
    stop.throwIfAborted();
    return await work(stop);
  } finally {
    clearInterval(timer);
    await unsubscribe();
  }
}
