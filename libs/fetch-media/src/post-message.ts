import type { IncomingMessage } from 'node:http';
import { FetchMediaError } from './fetch-media-error';
import { findTarget, type Target } from './find-target';
import { isIn } from './networks';
import { orAborted } from './or-aborted';
import { parseMediaUrl } from './parse-media-url';
import { sendRequest } from './send-request';
import type { AddressSettings } from './settings';

/** Of an answer whose body nobody needs: enough that a small one ends by itself and the server sees it taken, bytes. */
const maxAnswerBytes = 64 * 1024;

export interface PostSettings extends AddressSettings {
  /** The whole exchange: name, connection, request and answer, ms. */
  timeoutMs: number;
}

export interface PostAnswer {
  status: number;
  /** As the server sent it; null when it did not. */
  retryAfter: string | null;
}

/**
 * Whether a message may ever be sent there, without sending any. A name that has no address yet is fine: it may get one.
 *
 * @throws FetchMediaError `not_allowed`
 */
export async function assertMayPost(address: string, settings: AddressSettings, signal: AbortSignal): Promise<void> {
  try {
    await orAborted(findReceiver(address, settings), signal);
  } catch (error) {
    if (!(error instanceof FetchMediaError) || error.code === 'not_allowed') throw error;
  }
}

/**
 * Sends a message to an address that a stranger gave, under the rules by which media is fetched: all addresses of the host
 * must be public or allowed by the operator, and the connection goes to one that was checked. Beyond them, http is for
 * the operator's own networks alone, and no redirect is followed: it is an answer like any other.
 *
 * @throws FetchMediaError `not_allowed`, `unreachable`, `timeout`; what `signal` carries
 */
export async function postMessage(
  address: string,
  message: { headers: Record<string, string>; body: Buffer },
  settings: PostSettings,
  signal: AbortSignal,
): Promise<PostAnswer> {
  const late = AbortSignal.timeout(settings.timeoutMs);
  const stop = AbortSignal.any([signal, late]);
  try {
    const target = await orAborted(findReceiver(address, settings), stop);
    const response = await sendRequest(target, { method: 'POST', ...message }, stop, () => undefined);
    await discardBody(response);
    const { statusCode = 0, headers } = response;
    return { status: statusCode, retryAfter: headers['retry-after'] ?? null };
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) throw new FetchMediaError('timeout', 'The server did not answer in time.');
    if (error instanceof FetchMediaError) throw error;
    // The system's words name addresses.
    throw new FetchMediaError('unreachable', 'The server could not be reached.');
  }
}

async function findReceiver(address: string, settings: AddressSettings): Promise<Target> {
  const url = parseMediaUrl(address);
  const target = await findTarget(url, settings);
  if (url.protocol === 'http:' && !isIn(settings.privateNetworks ?? [])(target.address)) {
    throw new FetchMediaError('not_allowed', 'Only https is used outside of the networks that the operator allows.');
  }
  return target;
}

/** The status is the answer; what a server says beyond the cap, or breaks off in saying, changes nothing. */
async function discardBody(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxAnswerBytes) break;
    }
  } catch {
    // Too late or cut off: the status has come.
  } finally {
    response.destroy();
  }
}
