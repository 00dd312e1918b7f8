import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Deadlines } from './deadlines';
import { FetchMediaError } from './fetch-media-error';
import { findTarget } from './find-target';
import { announcedBytes, meterBody, tooLarge } from './meter-body';
import { openResponse } from './open-response';
import { orAborted } from './or-aborted';
import { parseMediaUrl, parseRedirect } from './parse-media-url';
import { type FetchMediaSettings, maxRedirects } from './settings';

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Fetches what lies at an http(s) address that a stranger gave, without being led anywhere else: every address that a
 * host name stands for must be public, the connection goes to one that was checked, and each redirect is checked anew.
 *
 * @param take reads the body, which is never more than a few chunks ahead of it; the connection is closed when it ends
 * @throws FetchMediaError; what `signal` carries; what `take` throws
 */
export async function fetchMedia<T>(
  address: string,
  settings: FetchMediaSettings,
  take: (body: Readable) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const deadlines = new Deadlines(settings, signal);
  try {
    const response = await follow(address, settings, deadlines);
    return await receive(response, settings, deadlines, take);
  } catch (error) {
    // Whatever breaks after that breaks because of it.
    throw deadlines.signal.aborted ? deadlines.signal.reason : error;
  } finally {
    deadlines.end();
  }
}

async function follow(address: string, settings: FetchMediaSettings, deadlines: Deadlines): Promise<IncomingMessage> {
  const first = parseMediaUrl(address);
  const most = settings.redirects ?? maxRedirects;
  let url = first;
  for (let hop = 0; hop <= most; hop += 1) {
    deadlines.connecting();
    const target = await orAborted(findTarget(url, settings), deadlines.signal);
    const response = await openResponse(target, deadlines.signal, () => deadlines.listening()).catch(unreachable);
    if (!redirects.has(response.statusCode ?? 0)) return response;
    const { location } = response.headers;
    response.destroy();
    if (location === undefined) throw new FetchMediaError('status', 'The server redirects without saying where to.');
    url = parseRedirect(location, url, first);
  }
  throw new FetchMediaError('redirects', `The address redirects more than ${most} times.`);
}

async function receive<T>(
  response: IncomingMessage,
  { maxBytes }: FetchMediaSettings,
  deadlines: Deadlines,
  take: (body: Readable) => Promise<T>,
): Promise<T> {
  const refusal = refusalOf(response, maxBytes);
  if (refusal) {
    response.destroy();
    throw refusal;
  }
  deadlines.listening();
  const body = meterBody(response, maxBytes, deadlines);
  try {
    const taken = await take(body);
    if (body.errored) throw body.errored;
    return taken;
  } catch (error) {
    // Readers wrap what they got from the body, or only say that it ended early.
    throw body.errored instanceof FetchMediaError ? body.errored : error;
  } finally {
    body.destroy();
  }
}

function refusalOf(response: IncomingMessage, maxBytes: number): FetchMediaError | null {
  if (response.statusCode !== 200) {
    return new FetchMediaError('status', `The server answered with status ${response.statusCode}, not 200.`);
  }
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity') {
    return new FetchMediaError('encoded', 'The server compresses its answer although it was asked not to.');
  }
  return (announcedBytes(response) ?? 0) > maxBytes ? tooLarge(maxBytes) : null;
}

/** The system's words name addresses; TLS's name certificates. Neither is the caller's to see. */
function unreachable(): never {
  throw new FetchMediaError('unreachable', 'The server could not be reached.');
}
