import type http from 'node:http';
import type { Target } from './find-target';
import { sendRequest } from './send-request';

/** Media is compressed already. */
const headers = { accept: 'video/*, image/*, */*;q=0.5' };

/** Sends one GET to the address that was checked. */
export function openResponse(
  target: Target,
  signal: AbortSignal,
  onConnected: () => void,
): Promise<http.IncomingMessage> {
  return sendRequest(target, { method: 'GET', headers }, signal, onConnected);
}
