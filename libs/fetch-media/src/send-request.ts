import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { Target } from './find-target';

export interface RequestParts {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: Buffer;
}

/**
 * Sends one request to the address that was checked. Host header and TLS name are those of the URL; only the address is
 * given, so that no second answer of a name server is ever asked for.
 *
 * The plain clients of Node are used since they read no proxy from the environment (a proxy would resolve the name
 * itself), follow no redirect and decode nothing. `agent: false`: a kept connection would outlive its check.
 *
 * @param onConnected TCP, and TLS where there is any, are through
 */
export function sendRequest(
  { url, host, address, family }: Target,
  { method, headers, body }: RequestParts,
  signal: AbortSignal,
  onConnected: () => void,
): Promise<http.IncomingMessage> {
  const secure = url.protocol === 'https:';
  const options: https.RequestOptions = {
    agent: false,
    signal,
    method,
    // A compressed answer could unfold to any size.
    headers: {
      'accept-encoding': 'identity',
      'user-agent': 'assay',
      ...headers,
      ...(body ? { 'content-length': body.length } : {}),
    },
    lookup: (_host, { all }, callback) =>
      all ? callback(null, [{ address, family }]) : callback(null, address, family),
    ...(secure ? { servername: isIP(host) ? '' : host } : {}),
  };
  return new Promise((resolve, reject) => {
    const outgoing = (secure ? https : http).request(url, options, resolve);
    outgoing.once('socket', (socket) => socket.once(secure ? 'secureConnect' : 'connect', onConnected));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
