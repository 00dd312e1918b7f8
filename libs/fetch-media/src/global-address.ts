import ipaddr from 'ipaddr.js';

/** The part of IPv6 that IANA has given out for the public internet; all else is special or unassigned. */
const globalUnicastV6 = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/**
 * True for an address on the public internet. Refused: everything in IANA's special-purpose address registries
 * (RFC 6890: loopback, private, link-local with the cloud metadata service, carrier-grade NAT, documentation,
 * benchmarking, reserved), multicast, addresses with a zone, and IPv6 forms that carry an IPv4 address inside (mapped,
 * compatible, NAT64, 6to4, Teredo), whatever that address is.
 */
export function isGlobalAddress(address: string): boolean {
  // A zone names an interface of this machine (RFC 4007): no address of the internet has one.
  if (!ipaddr.isValid(address) || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(globalUnicastV6);
}
