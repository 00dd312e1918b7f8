import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { problems } from '../problems/problems';
import type { KeyRing } from './key-ring';
import { setPrincipal } from './principal';

/** What needs no key: the page, the description of the API, public keys, and health. None of it holds data. */
const publicPaths = [
  ...[/^\/$/, /^\/index\.html$/, /^\/favicon\.svg$/, /^\/assets\//, /^\/embed\/assay-verdict\.js$/],
  ...[/^\/docs(\/|$)/, /^\/v1\/health\//, /^\/\.well-known\/assay-keys\.json$/],
];
const bearer = /^Bearer +(\S+) *$/i;

/**
 * Everything else needs a key, unknown addresses included. Runs before any body is read: a stranger's gigabytes are
 * never taken in.
 */
export function requireApiKey(keyRing: KeyRing, signal: AbortSignal) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    if (publicPaths.some((path) => path.test(request.path))) return next();
    const key = keyOf(request);
    if (key === null) return next(problems.unauthorized());
    keyRing.find(key, signal).then((record) => {
      if (!record) return next(problems.unauthorized());
      setPrincipal(request, { tenant: record.tenant });
      next();
    }, next);
  };
}

/** The key as it was sent, checked or not. */
export function keyOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  const named = headers['x-api-key'];
  if (typeof named === 'string') return named;
  return bearer.exec(headers.authorization ?? '')?.[1] ?? null;
}
