import type { Request } from 'express';
import { isFromSns } from '../http/sns-request';
import { matchRoute } from './match-route';

const basic = /^Basic +([A-Za-z0-9+/]+=*) *$/i;

/**
 * Where a key may come as the password of Basic authentication: for events of buckets alone, since Amazon SNS can be given
 * nothing but an address (`https://any:KEY@...`). Anywhere else browsers would keep it and send it unasked.
 */
export function takesPassword({ method, path }: Pick<Request, 'method' | 'path'>): boolean {
  return matchRoute(method, path)?.permission === 'bucket-events:write';
}

/** SNS sends what its address holds only after a refusal that names Basic, and a realm. */
export function knowsBasicOnly(request: Request): boolean {
  return takesPassword(request) && isFromSns(request);
}

/** A message as SNS begins, without what its address holds: it wants to be asked for that. */
export function wantsToBeAsked(request: Request): boolean {
  return knowsBasicOnly(request) && request.headers.authorization === undefined;
}

/** The user's name says nothing. @returns null without a password */
export function passwordOf({ headers }: Pick<Request, 'headers'>): string | null {
  const encoded = basic.exec(headers.authorization ?? '')?.[1];
  if (encoded === undefined) return null;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? null : pair.slice(colon + 1);
}
