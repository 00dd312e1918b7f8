import type { Request } from 'express';

/** The pattern that the request was answered by, e.g. `/v1/scans/:scan`. */
export function routeOf(request: Request): string {
  const route: unknown = request.route;
  const path = typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined;
  return typeof path === 'string' ? path : 'unmatched';
}
