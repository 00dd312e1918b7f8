import { ScanEvent } from '@assay/contracts';
import { createParser } from 'eventsource-parser';
import { AssayProtocolError, isPassing } from './assay-error';
import { BackOff } from './back-off';
import { parseJson } from './parse-response';
import type { Requests } from './requests';

/** The server sends a comment every 15 s: a stream that is silent for three of them is dead, whatever TCP thinks, ms. */
const silenceMs = 45_000;
class SilentStreamError extends Error {}
const finalStates: ReadonlySet<string> = new Set(['done', 'failed', 'cancelled']);

/**
 * What happens to a scan, from its present state to its end. A broken connection is made again by itself; since the
 * first event of each connection is the present state, nothing that matters is missed.
 *
 * @throws AssayError when the service refuses (unknown scan, bad key); a 5xx is tried again
 */
export async function* scanEvents(
  requests: Requests,
  scan: string,
  signal?: AbortSignal,
): AsyncGenerator<ScanEvent, void, void> {
  const backOff = new BackOff();
  let last: ScanEvent | null = null;
  for (;;) {
    signal?.throwIfAborted();
    try {
      for await (const event of connection(requests, scan, signal)) {
        backOff.reset();
        // A new connection repeats the present state.
        if (!last || !isRepeated(event, last)) yield event;
        last = event;
        if (finalStates.has(event.state)) return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!mayConnectAgain(error)) throw error;
    }
    await backOff.pause(signal);
  }
}

function isRepeated(event: ScanEvent, last: ScanEvent): boolean {
  const { state, stage, percent, partial } = event;
  return partial === null && state === last.state && stage === last.stage && percent === last.percent;
}

async function* connection(requests: Requests, scan: string, signal?: AbortSignal): AsyncGenerator<ScanEvent> {
  const silence = new AbortController();
  const stop = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  const watch = () => setTimeout(() => silence.abort(new SilentStreamError()), silenceMs);
  let timer = watch();
  try {
    const headers = { accept: 'text/event-stream' };
    const response = await requests.stream(
      `/v1/scans/${encodeURIComponent(scan)}/events`,
      { headers, repeatable: false },
      stop,
    );
    if (!response.body) return;
    const received: ScanEvent[] = [];
    const parser = createParser({ onEvent: ({ data }) => received.push(eventOf(data)) });
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    try {
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        clearTimeout(timer);
        timer = watch();
        parser.feed(decoder.decode(read.value, { stream: true }));
        yield* received.splice(0);
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** A connection that breaks while it is read rejects with a TypeError, in Node and browsers alike. */
function mayConnectAgain(error: unknown): boolean {
  return isPassing(error) || error instanceof TypeError || error instanceof SilentStreamError;
}

function eventOf(data: string): ScanEvent {
  const parsed = ScanEvent.safeParse(parseJson(data));
  if (!parsed.success) throw new AssayProtocolError('An event of the service does not follow the contract.');
  return parsed.data;
}
