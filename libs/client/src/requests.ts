import type { z } from 'zod';
import { AssayError, AssayUnreachableError } from './assay-error';
import { parseResponse, problemOf } from './parse-response';

export interface ConnectionSettings {
  /** Origin of the service, e.g. `https://assay.example`; a path in front of `/v1` is kept. */
  baseUrl: string;
  apiKey: string;
  /** Replaces the global `fetch`, for tests and for proxies. */
  fetch?: typeof fetch;
}

export interface RequestSettings {
  method?: string;
  headers?: Record<string, string>;
  body?: RequestInit['body'] | null;
  /** Node needs to be told that a streamed body does not wait for the answer. */
  duplex?: 'half';
}

/** Sends authorised requests and turns every way to fail into one of three typed errors. */
export class Requests {
  private readonly fetch: typeof fetch;

  constructor(private readonly settings: ConnectionSettings) {
    // Browsers refuse `fetch` called as a method of something else.
    this.fetch = settings.fetch ?? ((input, init) => fetch(input, init));
  }

  async json<T>(path: string, schema: z.ZodType<T>, request: RequestSettings, signal?: AbortSignal): Promise<T> {
    const response = await this.send(path, request, signal);
    return parseResponse(response.status, await this.textOf(response, signal), schema);
  }

  /** For answers that are not JSON. @throws AssayError unless the status is a success */
  async raw(path: string, request: RequestSettings, signal?: AbortSignal): Promise<Response> {
    const response = await this.send(path, request, signal);
    if (response.ok) return response;
    throw new AssayError(problemOf(response.status, await this.textOf(response, signal)));
  }

  private async send(path: string, request: RequestSettings, signal?: AbortSignal): Promise<Response> {
    const headers = { ...request.headers, authorization: `Bearer ${this.settings.apiKey}` };
    const url = this.settings.baseUrl.replace(/\/+$/, '') + path;
    return reachable(this.fetch(url, { ...request, headers, signal: signal ?? null }), signal);
  }

  private textOf(response: Response, signal?: AbortSignal): Promise<string> {
    return reachable(response.text(), signal);
  }
}

/** The caller's own abort stays what it is; everything else that `fetch` throws is the network's. */
async function reachable<T>(attempt: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new AssayUnreachableError(error);
  }
}
