import type { z } from 'zod';
import { AssayError, AssayUnreachableError, isPassing } from './assay-error';
import { parseResponse, problemOf } from './parse-response';
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
const longestPauseMs = 60_000;

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
    const response = await this.raw(path, request, signal);
    return parseResponse(response.status, await this.textOf(response, signal), schema);
  }

  /** For answers that are not JSON. @throws AssayError unless the status is a success */
  async raw(path: string, request: RequestSettings, signal?: AbortSignal): Promise<Response> {
    const { repeatable = isRepeatable(request.method), ...sent } = request;
    const retries = repeatable ? (this.settings.retries ?? defaultRetries) : 0;
    for (let tries = 0; ; tries += 1) {
      let retryAfterMs = 0;
      try {
        const response = await this.send(path, sent, signal);
        if (response.ok) return response;
        retryAfterMs = 1000 * (Number(response.headers.get('retry-after')) || 0);
        throw new AssayError(problemOf(response.status, await this.textOf(response, signal)));
      } catch (error) {
        signal?.throwIfAborted();
        if (tries >= retries || retryAfterMs > longestPauseMs || !isPassing(error)) throw error;
        await pause(Math.max(retryAfterMs, firstPauseMs * 2 ** tries * (0.5 + Math.random() / 2)), signal);
      }
    }
  }

  private async send(path: string, request: RequestSettings, signal?: AbortSignal): Promise<Response> {
    const headers = { ...request.headers, authorization: await authorizationOf(this.settings) };
    const url = this.settings.baseUrl.replace(/\/+$/, '') + path;
    return reachable(this.fetch(url, { ...request, headers, signal: signal ?? null }), signal);
  }

  private textOf(response: Response, signal?: AbortSignal): Promise<string> {
    return reachable(response.text(), signal);
  }
}

export async function authorizationOf({ apiKey }: Pick<ConnectionSettings, 'apiKey'>): Promise<string> {
  return `Bearer ${typeof apiKey === 'string' ? apiKey : await apiKey()}`;
}

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
