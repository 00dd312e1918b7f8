import type { ServerResponse } from 'node:http';
import { underAny } from '@assay/pipeline';

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
    return await underAny([caller.signal, closing], work);
  } finally {
    response.off('close', leave);
  }
}
