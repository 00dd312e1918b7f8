import type { ServerResponse } from 'node:http';

/** Waits for a caller no longer than he does. @param work is told by its signal when he has left, or the service closes */
export async function untilGone<T>(
  response: ServerResponse,
  closing: AbortSignal,
  work: (gone: AbortSignal) => Promise<T>,
): Promise<T> {
  const caller = new AbortController();
  const leave = () => caller.abort();
  response.once('close', leave);
  if (response.destroyed) leave();
  try {
    return await work(AbortSignal.any([caller.signal, closing]));
  } finally {
    response.off('close', leave);
  }
}
