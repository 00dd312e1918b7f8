import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { problems } from '../problems/problems';
import type { KeyRing } from './key-ring';
import { knowsBasicOnly, passwordOf, takesPassword } from './key-as-password';
import { matchRoute } from './match-route';
import { isToken, type People } from './people';
import { isPublic } from './permissions';
import { findPrincipal, setPrincipal } from './principal';

const bearer = /^Bearer +(\S+) *$/i;

/**
 * Everything but what is public, unknown addresses included, needs a key or the access token of a person who logged in. Runs
 * before any body is read: a stranger's gigabytes are never taken in.
 */
export function requireApiKey(keyRing: KeyRing, people: People | null, signal: AbortSignal) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    // By a link, see `admitLink`.
    if (findPrincipal(request)) return next();
    if (isPublic(request.path)) {
      allowed.add(request);
      return next();
    }
    const key = keyOf(request) ?? (takesPassword(request) ? passwordOf(request) : null);
    if (key === null) return next(problems.unauthorized(knowsBasicOnly(request) ? 'Basic' : 'Bearer'));
    const known = people && isToken(key) ? people.find(key) : keyRing.find(key, signal);
    known.then((principal) => {
      if (!principal) return next(problems.unauthorized());
      setPrincipal(request, principal);
      next();
    }, next);
  };
}

/** Behind the limits, since a request that is turned away counts as any other: what the route asks for has to be among the permissions. */
export function requirePermission(request: Request, _response: Response, next: NextFunction): void {
  const principal = findPrincipal(request);
  const matched = principal && matchRoute(request.method, request.path);
  // Nobody is asked for, or no such route, or not by this method: said by the router.
  if (!matched) return next();
  if (!principal.permissions.has(matched.permission)) return next(problems.forbidden(matched.permission));
  allowed.add(request);
  next();
}

const allowed = new WeakSet<IncomingMessage>();

/** Whether the table lets this request through: asked again before a handler runs, see `TableGuard`. */
export const isAllowed = (request: IncomingMessage): boolean => allowed.has(request);

/** The key as it was sent, checked or not. */
export function keyOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  const named = headers['x-api-key'];
  if (typeof named === 'string') return named;
  return bearer.exec(headers.authorization ?? '')?.[1] ?? null;
}
