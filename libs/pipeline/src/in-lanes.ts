/**
 * Works through `items` in order, at most `lanes` at a time. An iterable is asked for the next one when a lane is free, so that what is listed
 * need not fit into memory.
 *
 * @throws the first failure (or the signal's reason), after the other lanes were told to stop and have ended
 */
export async function inLanes<T>(
  items: Iterable<T> | AsyncIterable<T>,
  lanes: number,
  work: (item: T, signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  // Shared on purpose: a lane that is free takes the next item.
  const waiting = each(items);
  const lane = async () => {
    try {
      for await (const item of waiting) {
        stop.throwIfAborted();
        await work(item, stop);
      }
    } catch (error) {
      failed.abort(error);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  failed.signal.throwIfAborted();
}

async function* each<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  yield* items;
}
