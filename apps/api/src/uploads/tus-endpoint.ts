import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { ERRORS, type Server } from '@tus/server';
import { QuotaExceededError } from '@assay/pipeline';
import { StoreUnavailableError } from '@assay/storage';
import { ProblemError } from '../problems/problem-error';
import { problems } from '../problems/problems';
import { hasBody } from '../problems/send-problem';
import { type WebBody, webBodyOf } from './web-body';

type TusRequest = Parameters<Server['handleWeb']>[0];

const patchType = 'application/offset+octet-stream';
/** Answers of tus have no body, and what pages of other origins may read is said for all of the API: `crossOrigin`. */
const dropped = /^(access-control-|content-)/;

/**
 * Errors as the tus server throws them, told apart by identity: it hands out constants and, for a limit that is passed
 * while reading, an error of that status.
 */
const refusals = new Map<unknown, () => ProblemError>([
  [ERRORS.FILE_NOT_FOUND, problems.uploadNotFound],
  [ERRORS.FILE_NO_LONGER_EXISTS, problems.uploadExpired],
  [ERRORS.INVALID_OFFSET, problems.uploadOffset],
  [ERRORS.ABORTED, problems.uploadBusy],
  [ERRORS.MISSING_OFFSET, () => missing('Upload-Offset')],
  [ERRORS.INVALID_LENGTH, () => missing('Upload-Length')],
  [ERRORS.INVALID_METADATA, () => invalid('Upload-Metadata', 'must be keys with values in base64')],
  [
    ERRORS.UNSUPPORTED_CREATION_DEFER_LENGTH_EXTENSION,
    () => invalid('Upload-Defer-Length', 'is not supported: send Upload-Length'),
  ],
  [ERRORS.UNSUPPORTED_CONCATENATION_EXTENSION, () => invalid('Upload-Concat', 'is not supported: send one stream')],
]);

const missing = (path: string) => problems.invalid([{ path, message: 'is missing' }]);
const invalid = (path: string, message: string) => problems.invalid([{ path, message }]);

/** Between HTTP as the rest of this service speaks it and the tus server: its refusals become problem documents. */
export class TusEndpoint {
  private readonly thrown = new WeakMap<object, unknown>();

  constructor(
    private readonly server: Server,
    private readonly maxBytes: number,
  ) {
    server.options.onResponseError = async (request, error) => {
      this.thrown.set(request, error);
      return undefined;
    };
  }

  /**
   * Answers with status and headers; no answer of tus has a body.
   *
   * @param body replaces the request's own
   * @throws ProblemError, QuotaExceededError, StoreUnavailableError
   */
  async handle(request: IncomingMessage & { originalUrl: string }, response: ServerResponse, body?: Readable) {
    checkTusHeaders(request);
    const source = body ?? (hasBody(request) ? request : null);
    const web = source && webBodyOf(source);
    const asked = tusRequest(request, web);
    // However it ended: what was not read is the sender's rest, which is thrown away as the answer goes out.
    const answer = await this.server.handleWeb(asked).finally(() => web?.release());
    if (answer.status >= 400) throw this.refusalOf(asked, answer.status, await answer.text());
    response.statusCode = answer.status;
    for (const [name, value] of answer.headers) if (!dropped.test(name)) response.setHeader(name, value);
    return answer;
  }

  private refusalOf(asked: TusRequest, status: number, text: string): unknown {
    const error = this.thrown.get(asked);
    const isOurs = [ProblemError, QuotaExceededError, StoreUnavailableError].some((kind) => error instanceof kind);
    if (isOurs) return error;
    const refusal = refusals.get(error);
    if (refusal) return refusal();
    // A constant where Upload-Length says so, an error where too much came.
    if (status === 413)
      return problems.tooLarge(`The body is longer than Upload-Length, or media than ${this.maxBytes} bytes.`);
    // It names the headers that it cannot read, and nothing else of the request.
    if (status === 400 && error === undefined) return problems.invalid(headersIn(text));
    return new StoreUnavailableError('an upload could not be read or written', error);
  }
}

/** What the tus server would answer with another status than the protocol says, or when bytes have come. @throws ProblemError */
export function checkTusHeaders({ method, headers }: IncomingMessage): void {
  if (method !== 'OPTIONS' && headers['tus-resumable'] !== '1.0.0') throw problems.tusVersion();
  if (method === 'PATCH' && headers['content-type'] !== patchType) {
    throw problems.unsupportedType(`Send the bytes as ${patchType}.`);
  }
}

/** As much of a web request as the tus server reads. */
function tusRequest(request: IncomingMessage & { originalUrl: string }, body: WebBody | null): TusRequest {
  const { method = '', headers, originalUrl } = request;
  const given = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const shown = {
    method,
    url: new URL(originalUrl, 'http://assay').href,
    headers: new Headers(given),
    body: body && body.stream,
    runtime: { node: { req: request } },
  };
  return shown as unknown as TusRequest;
}

/** The request of Node behind one that a hook of the tus server is given. */
export function incomingOf(asked: TusRequest): IncomingMessage {
  return (asked as unknown as { runtime: { node: { req: IncomingMessage } } }).runtime.node.req;
}

function headersIn(text: string) {
  const names = text.trim().split(' ').slice(1);
  return names.map((name) => ({ path: name, message: 'is not valid' }));
}

/** What is told of an error that a store of tus has thrown. */
export function refusalOfTus(error: unknown): unknown {
  return refusals.get(error)?.() ?? error;
}
