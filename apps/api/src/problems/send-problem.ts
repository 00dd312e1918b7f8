import type { IncomingMessage, ServerResponse } from 'node:http';
import { awaitsContinue } from '../http/expect-continue';
import type { ProblemError } from './problem-error';

/** A body that is this small is read to its end, so that the connection can be used again, bytes. */
const smallBodyBytes = 64 * 1024;
/**
 * How much of a refused upload is still read before the connection is closed. A sender who is cut off at once gets a
 * reset, and many then never see the answer.
 */
const lingerBytes = 32 * 1024 * 1024;
const lingerMs = 3_000;

/** Writes the refusal, also where most of the request's body is still on its way. */
export function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  { problem, headers }: ProblemError,
  requestId: string,
): void {
  const body = Buffer.from(JSON.stringify({ ...problem, instance: `urn:assay:request:${requestId}` }));
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('content-type', 'application/problem+json; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.setHeader('content-length', body.length);
  response.statusCode = problem.status;
  if (request.complete || !hasBody(request)) {
    response.end(body);
  } else if (!awaitsContinue(request) && Number(request.headers['content-length']) <= smallBodyBytes) {
    request.resume();
    response.end(body);
  } else {
    response.setHeader('connection', 'close');
    if (awaitsContinue(request)) response.end(body);
    else linger(request, response, body);
  }
}

/** The answer goes out whole at once; only its formal end, and with it the end of the connection, waits. */
function linger(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  response.write(body);
  let bytes = 0;
  const end = () => {
    clearTimeout(timer);
    request.off('data', count);
    response.end();
  };
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > lingerBytes) end();
  };
  const timer = setTimeout(end, lingerMs);
  request.on('data', count).once('end', end).once('close', end).on('error', end);
  request.resume();
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
