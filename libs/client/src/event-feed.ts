import { EventList, maxWaitSeconds, type ToldNews } from '@assay/contracts';
import { isPassing } from './assay-error';
import { pause } from './pause';
import type { Requests } from './requests';

/** First pause after a page that could not be had, ms; doubles up to the longest. */
const firstPauseMs = 500;
const longestPauseMs = 30_000;

export interface EventPageOptions {
  /** `next` of the page before; absent = from the oldest event that is kept. */
  after?: string;
  /** At most 100. */
  limit?: number;
  /** Holds the answer until there is an event, seconds, at most 30. */
  wait?: number;
}

export interface FeedOptions extends Pick<EventPageOptions, 'after' | 'limit'> {
  /**
   * Called with the cursor once you have asked for more after the last event of a page: all of it is behind you. Keep it,
   * and give it as `after` when you start again.
   */
  onCursor?: (next: string) => void | Promise<void>;
}

export function eventPage(
  requests: Requests,
  { after, limit, wait }: EventPageOptions,
  signal?: AbortSignal,
): Promise<EventList> {
  const query = new URLSearchParams();
  if (after !== undefined) query.set('after', after);
  if (limit !== undefined) query.set('limit', String(limit));
  if (wait !== undefined) query.set('wait', String(wait));
  return requests.json(`/v1/events?${query.toString()}`, EventList, {}, signal);
}

/**
 * What happens to all scans, oldest first, without end: waits at the service where there is nothing new, and tries again
 * when it cannot be reached. At least once: after a start with an older cursor, events come again.
 *
 * @throws AssayError when the service refuses; `events-expired` (410) when more has happened than it keeps
 */
export async function* eventFeed(
  requests: Requests,
  { after, limit, onCursor }: FeedOptions,
  signal?: AbortSignal,
): AsyncGenerator<ToldNews, never, void> {
  let cursor = after;
  let pauseMs = firstPauseMs;
  for (;;) {
    signal?.throwIfAborted();
    let page: EventList;
    try {
      page = await eventPage(requests, { after: cursor, limit, wait: maxWaitSeconds }, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!isPassing(error)) throw error;
      await pause(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      continue;
    }
    pauseMs = firstPauseMs;
    yield* page.events;
    if (page.next !== cursor) await onCursor?.(page.next);
    cursor = page.next;
  }
}
