import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { FetchMediaError } from './fetch-media-error';
import { isGlobalAddress } from './global-address';
import { isIn } from './networks';
import { portOf } from './parse-media-url';
import type { AddressSettings, ResolvedAddress } from './settings';

/** Where a connection goes: the address is one that was checked, and the only one that is used. */
export interface Target extends ResolvedAddress {
  url: URL;
  /** Host name without the dot of a full name: what TLS asks for (RFC 6066) and certificates name. */
  host: string;
}

/**
 * Resolves the host once and checks every address that it stands for. One bad address refuses the name: which of them
 * a connection would take is up to whoever serves the name.
 *
 * @throws FetchMediaError `not_allowed`, `unreachable`
 */
export async function findTarget(url: URL, settings: AddressSettings): Promise<Target> {
  const port = portOf(url);
  if (settings.ports && !settings.ports.includes(port)) {
    throw new FetchMediaError('not_allowed', 'Addresses on this port are not used.');
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolve(host, settings);
  const [first] = found;
  if (!first) throw noSuchHost();
  const isPrivate = isIn(settings.privateNetworks ?? []);
  const isAllowed = settings.isAllowed ?? ((address: string) => isGlobalAddress(address) || isPrivate(address));
  if (!found.every(({ address }) => isAllowed(address, port))) {
    throw new FetchMediaError(
      'not_allowed',
      'The address leads into a private or reserved network; only public addresses are used.',
    );
  }
  return { url, host, ...first };
}

async function resolve(host: string, settings: AddressSettings): Promise<ResolvedAddress[]> {
  const ask = settings.resolve ?? ((name: string) => lookup(name, { all: true }));
  return ask(host).catch(() => {
    throw noSuchHost();
  });
}

const noSuchHost = (): FetchMediaError => new FetchMediaError('unreachable', 'The host name has no address.');
