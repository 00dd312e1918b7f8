import type { z } from 'zod';
import { AssayError, AssayUnreachableError, isPassing } from './assay-error';
import { parseJson, parseResponse, problemOf } from './parse-response';
import { pause } from './pause';

export interface ConnectionSettings {
  /** Origin of the service, e.g. `https://assay.example`; a path in front of `/v1` is kept. */
  baseUrl: string;
  /** An API key, or an access token where people log in; as a function it is asked before each request, for tokens that expire. */
  apiKey: string | (() => string | Promise<string>);
  /** Replaces the global `fetch`, for tests and for proxies. */
  fetch?: typeof fetch;
  /**
   * Further tries of a call that found the service out of reach (no connection, 429, 5xx), with growing pauses or as the
   * service says. Only of calls that may be repeated: uploads of a stream are not. Default 2.
   */
  retries?: number;
}

const defaultRetries = 2;
/** First pause, ms; doubles with each try, and up to half of it is left to chance, so that callers do not come in step. */
const firstPauseMs = 300;
/** A service that asks for more patience is not waited for, ms. */
export const longestPauseMs = 60_000;

export interface RequestSettings {
  method?: string;
  headers?: Record<string, string>;
  body?: RequestInit['body'] | null;
  /** Node needs to be told that a streamed body does not wait for the answer. */
  duplex?: 'half';
  /** Whether doing it twice is as good as once; a GET and a DELETE are, unless this says otherwise. */
  repeatable?: boolean;
}

/** Sends authorised requests and turns every way to fail into one of three typed errors. */
export class Requests {
  private readonly fetch: typeof fetch;

  constructor(private readonly settings: ConnectionSettings) {
    // Browsers refuse `fetch` called as a method of something else.
    this.fetch = settings.fetch ?? ((input, init) => fetch(input, init));
  }

  async json<T>(path: string, schema: z.ZodType<T>, request: RequestSettings, signal?: AbortSignal): Promise<T> {
    const read = async (response: Response) => ({ status: response.status, text: await response.text() });
    const { status, text } = await this.tried(path, request, read, signal);
    return parseResponse(status, text, schema);
  }

  /** JSON as it came, with what this version does not know; undefined for what is no JSON. */
  async document(path: string, signal?: AbortSignal): Promise<unknown> {
    return parseJson(await this.tried(path, {}, (response) => response.text(), signal));
  }

  blob(path: string, signal?: AbortSignal): Promise<Blob> {
    return this.tried(path, {}, (response) => response.blob(), signal);
  }

  /** Resolves also where an earlier try has done it and its answer was lost: the next one finds nothing there. */
  delete(path: string, signal?: AbortSignal): Promise<void> {
    return this.tried(path, { method: 'DELETE' }, async (response) => response.body?.cancel(), signal);
  }

  /** The answer with its body unread: that it breaks later is the caller's business. @throws AssayError unless the status is a success */
  stream(path: string, request: RequestSettings, signal?: AbortSignal): Promise<Response> {
    return this.tried(path, request, (response) => Promise.resolve(response), signal);
  }

  /** Reading is part of a try: an answer of which half has come is none. */
  private async tried<T>(
    path: string,
    request: RequestSettings,
    read: (response: Response) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const { repeatable = isRepeatable(request.method), ...sent } = request;
    const retries = repeatable ? (this.settings.retries ?? defaultRetries) : 0;
    let mayBeDone = false;
    for (let tries = 0; ; tries += 1) {
      let retryAfterMs = 0;
      try {
        const response = await this.send(path, sent, signal);
        const isGone = request.method === 'DELETE' && mayBeDone && response.status === 404;
        if (response.ok || isGone) return await reachable(read(response), signal);
        retryAfterMs = retryAfterMsOf(response.headers.get('retry-after'));
        throw new AssayError(problemOf(response.status, await reachable(response.text(), signal)));
      } catch (error) {
        signal?.throwIfAborted();
        if (tries >= retries || retryAfterMs > longestPauseMs || !isPassing(error)) throw error;
        // Too many requests: it was not even begun.
        mayBeDone ||= !(error instanceof AssayError && error.status === 429);
        await pause(Math.max(retryAfterMs, firstPauseMs * 2 ** tries * (0.5 + Math.random() / 2)), signal);
      }
    }
  }

  private async send(path: string, request: RequestSettings, signal?: AbortSignal): Promise<Response> {
    const headers = { ...request.headers, authorization: await authorizationOf(this.settings) };
    const url = this.settings.baseUrl.replace(/\/+$/, '') + path;
    return reachable(this.fetch(url, { ...request, headers, signal: signal ?? null }), signal);
  }
}

export async function authorizationOf({ apiKey }: Pick<ConnectionSettings, 'apiKey'>): Promise<string> {
  return `Bearer ${typeof apiKey === 'string' ? apiKey : await apiKey()}`;
}

/** @param seconds header `Retry-After`; 0 where it is absent or a date */
export const retryAfterMsOf = (seconds: string | null | undefined): number => 1000 * (Number(seconds) || 0);

const isRepeatable = (method = 'GET'): boolean => method === 'GET' || method === 'DELETE';

/** The caller's own abort stays what it is; everything else that `fetch` throws is the network's. */
async function reachable<T>(attempt: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new AssayUnreachableError(error);
  }
}
