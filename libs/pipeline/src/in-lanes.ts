/**
 * Works through `items` in order, at most `lanes` at a time.
 *
 * @throws the first failure (or the signal's reason), after the other lanes were told to stop and have ended
 */
export async function inLanes<T>(
  items: readonly T[],
  lanes: number,
  work: (item: T, signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  // Shared on purpose: a lane that is free takes the next item.
  const waiting = items.values();
  const lane = async () => {
    try {
      for (const item of waiting) {
        stop.throwIfAborted();
        await work(item, stop);
      }
    } catch (error) {
      failed.abort(error);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
  failed.signal.throwIfAborted();
}
