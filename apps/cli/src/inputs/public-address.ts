import ipaddr from 'ipaddr.js';

/** The part of IPv6 that IANA has given out for the public internet; all else is special or unassigned. */
const globalUnicastV6 = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/**
 * True for an address on the public internet. Refused: loopback, private, link-local (cloud metadata lives there),
 * carrier-grade NAT, multicast, reserved and documentation ranges, and IPv6 forms that carry an IPv4 address inside
 * (mapped, NAT64, 6to4, Teredo), whatever that address is.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(globalUnicastV6);
}
