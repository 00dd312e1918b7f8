import type { IsAllowed } from './networks';

/** Name resolution, TCP and TLS together, ms. */
export const connectTimeoutMs = 10_000;
/** A server that says nothing for this long has gone away, ms. */
export const idleTimeoutMs = 30_000;
/** A trickle must not hold a connection for ever: 4 GB at 20 Mbit/s takes 27 minutes, ms. */
export const totalTimeoutMs = 30 * 60_000;
/** Enough for http -> https -> content network; more is a loop or a maze. */
export const maxRedirects = 3;

export interface ResolvedAddress {
  address: string;
  family: number;
}

/** Which addresses may be connected to. */
export interface AddressSettings {
  /** Networks in CIDR notation that may be reached although they are not public. Default: none. */
  privateNetworks?: readonly string[];
  /** The only ports that may be reached; absent = all but those that browsers refuse. */
  ports?: readonly number[];
  /** Replaces the judgement of addresses altogether: for tests, to let exactly their own server through. */
  isAllowed?: IsAllowed;
  /** Every address of a host name. Default: the system's resolver. */
  resolve?: (host: string) => Promise<ResolvedAddress[]>;
}

export interface FetchMediaSettings extends AddressSettings {
  maxBytes: number;
  connectTimeoutMs?: number;
  idleTimeoutMs?: number;
  totalTimeoutMs?: number;
  /** Redirects that are followed. Default: `maxRedirects`; 0 = the first answer is the answer. */
  redirects?: number;
}
