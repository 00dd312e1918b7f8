import type { RateLimit } from '@assay/storage';
import type { NextFunction, Request, Response } from 'express';
import { problems } from '../problems/problems';
import { findPrincipal } from './principal';

export const rateWindowSeconds = 60;
const policy = 'key';

/**
 * Middleware, once it is known who asks: so many requests a minute for each key. Says how many are left as
 * draft-ietf-httpapi-ratelimit-headers does, and Retry-After (RFC 9110) when none are.
 */
export function limitRate(limit: RateLimit, perMinute: number) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const principal = findPrincipal(request);
    if (!principal) return next();
    limit.take(principal.key).then(({ allowed, remaining, resetMs }) => {
      const seconds = Math.ceil(resetMs / 1000);
      response.setHeader('RateLimit-Policy', `"${policy}";q=${perMinute};w=${rateWindowSeconds}`);
      response.setHeader('RateLimit', `"${policy}";r=${remaining};t=${seconds}`);
      next(allowed ? undefined : problems.tooManyRequests(seconds));
    }, next);
  };
}
