import { lookup } from 'node:dns/promises';
import { createWriteStream } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { accepted, rejected, type Outcome } from '@assay/contracts';
import { errorCode } from '../error-code';
import { isPublicAddress } from './public-address';

/** Enough for http -> https -> content network; more is a loop or a maze. */
const maxRedirects = 3;
/** A server that says nothing for this long has gone away. */
const idleTimeoutMs = 30_000;
/** A trickle must not hold a scan for ever: 4 GB at 20 Mbit/s takes 27 minutes. */
const totalTimeoutMs = 30 * 60_000;

export interface DownloadOptions {
  maxBytes: number;
  /** Which addresses may be connected to. Tests give their own, to reach a server on loopback. */
  isAllowed?: (address: string, port: number) => boolean;
  /** Every address of a host name. */
  resolve?: (host: string) => Promise<{ address: string; family: number }[]>;
}

type Refusal = ReturnType<typeof rejected>;
const refused = (message: string): Refusal => rejected('url_refused', message);
const failed = (message: string): Refusal => rejected('url_failed', message);

/**
 * Fetches media from a http(s) address into a file. Every address that the name stands for is checked *before* the
 * connection, and the connection goes to an address that was checked: a second answer of the name server changes
 * nothing. Each redirect is checked again. Proxies are not used, since they would resolve the name themselves.
 *
 * @returns the number of bytes; `url_refused`, `url_failed` or `too_many_bytes` otherwise
 * @throws only what `signal` carries
 */
export async function download(
  address: string,
  toFile: string,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<Outcome<number>> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(totalTimeoutMs)]);
  let next = address;
  try {
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      const checked = await check(next, options);
      if (!checked.ok) return checked;
      const response = await request(checked.value, limit);
      const location = redirectOf(response);
      if (location === null) return await receive(response, toFile, options.maxBytes, limit);
      response.destroy();
      next = new URL(location, checked.value.url).href;
    }
    return failed(`The address redirects more than ${maxRedirects} times.`);
  } catch (error) {
    signal.throwIfAborted();
    return failed(`The address could not be fetched (${reasonOf(error)}).`);
  }
}

interface Target {
  url: URL;
  address: string;
  family: number;
}

async function check(text: string, options: DownloadOptions): Promise<Outcome<Target>> {
  if (!URL.canParse(text)) return refused('This is not a valid address.');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refused('Only http and https addresses are read.');
  if (url.username || url.password) return refused('Addresses with a user name or password are not read.');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const isAllowed = options.isAllowed ?? isPublicAddress;
  const resolve = options.resolve ?? ((name: string) => lookup(name, { all: true }));
  const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolve(host);
  const first = found[0];
  if (!first) return failed('The host name has no address.');
  if (!found.every(({ address }) => isAllowed(address, port))) {
    return refused('The address leads into a private or reserved network; only public addresses are read.');
  }
  return accepted({ url, address: first.address, family: first.family });
}

function request({ url, address, family }: Target, signal: AbortSignal): Promise<http.IncomingMessage> {
  const client = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const outgoing = client.get(
      url,
      {
        agent: false,
        signal,
        timeout: idleTimeoutMs,
        // A compressed answer could unfold to any size; media is compressed already.
        headers: { 'accept-encoding': 'identity', 'user-agent': 'assay' },
        lookup: (_host, { all }, callback) =>
          all ? callback(null, [{ address, family }]) : callback(null, address, family),
      },
      resolve,
    );
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer for 30 s')));
    outgoing.on('error', reject);
  });
}

function redirectOf(response: http.IncomingMessage): string | null {
  const status = response.statusCode ?? 0;
  return status >= 300 && status < 400 ? (response.headers.location ?? null) : null;
}

async function receive(
  response: http.IncomingMessage,
  toFile: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Outcome<number>> {
  const tooBig = rejected('too_many_bytes', `The file at this address is larger than ${maxBytes} bytes.`);
  if (response.statusCode !== 200) {
    response.destroy();
    return failed(`The server answered with status ${response.statusCode}.`);
  }
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) {
    response.destroy();
    return tooBig;
  }
  let bytes = 0;
  const overflow = new Error('too many bytes');
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(bytes > maxBytes ? overflow : null, chunk);
    },
  });
  try {
    await pipeline(response, count, createWriteStream(toFile, { flags: 'wx', mode: 0o600 }), { signal });
  } catch (error) {
    if (error === overflow) return tooBig;
    throw error;
  }
  return accepted(bytes);
}

/** The system's short code where there is one, rather than text that may hold addresses. */
const reasonOf = (error: unknown): string => errorCode(error) ?? (error instanceof Error ? error.message : 'unknown');
