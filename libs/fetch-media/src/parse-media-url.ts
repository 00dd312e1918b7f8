import { badPorts } from './bad-ports';
import { FetchMediaError } from './fetch-media-error';

const portsByScheme: Record<string, number> = { 'http:': 80, 'https:': 443 };

/**
 * Reads an address with the WHATWG parser, the same one that the connection is made by: no second reading of the same
 * text can disagree. It also turns every way to write an IPv4 address (octal, hex, short, percent-encoded, full-width
 * dots) into the plain one, which is what is judged later.
 *
 * @throws FetchMediaError `not_allowed`
 */
export function parseMediaUrl(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw refusal('This is not a valid http or https address.');
  const url = new URL(text, base?.href);
  if (!(url.protocol in portsByScheme)) throw refusal('Only http and https addresses are read.');
  if (url.username || url.password) throw refusal('Addresses with a user name or password are not read.');
  if (badPorts.has(portOf(url))) throw refusal('The port of this address is not one of a web server.');
  return url;
}

/**
 * @param first what the fetch began with: who asked for https is not sent on over http, at whichever redirect
 * @throws FetchMediaError `not_allowed`
 */
export function parseRedirect(location: string, from: URL, first: URL): URL {
  const url = parseMediaUrl(location, from);
  if (url.protocol === 'http:' && first.protocol === 'https:')
    throw refusal('The address redirects from https to http.');
  return url;
}

export function portOf(url: URL): number {
  return url.port === '' ? (portsByScheme[url.protocol] ?? 0) : Number(url.port);
}

/** The last part of the path, for people; without one, the host. */
export function nameOfUrl(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  const last = url.pathname.split('/').pop() || url.hostname;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

const refusal = (message: string): FetchMediaError => new FetchMediaError('not_allowed', message);
