import ipaddr from 'ipaddr.js';

/** True for an address that may be connected to. */
export type IsAllowed = (address: string, port: number) => boolean;

/**
 * Networks that a person at the keyboard may mean: RFC 1918, RFC 6598, loopback, RFC 4193. Link-local is not among
 * them: a cloud machine hands out its credentials there, and nobody keeps videos there.
 */
export const privateNetworks: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '::1/128',
  'fc00::/7',
];

/** @returns false for anything but a network in CIDR notation (RFC 4632, RFC 4291), e.g. `10.1.0.0/16` */
export function isNetwork(text: string): boolean {
  return ipaddr.isValidCIDR(text);
}

/** @param networks in CIDR notation; @throws when one of them is not */
export function isIn(networks: readonly string[]): (address: string) => boolean {
  const parsed = networks.map((network) => ipaddr.parseCIDR(network));
  return (address) => {
    if (!ipaddr.isValid(address) || address.includes('%')) return false;
    const candidate = ipaddr.parse(address);
    return parsed.some(([base, bits]) => candidate.kind() === base.kind() && candidate.match(base, bits));
  };
}
