import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

const header = 'x-request-id';
/** What another service may have chosen; anything else could forge lines in a log. */
const acceptable = /^[A-Za-z0-9._-]{8,64}$/;

/** Gives every request an id, the caller's own where it has a usable one, so that an answer can be found in the logs. */
export function requestId(request: Request, response: Response, next: NextFunction): void {
  const given = request.headers[header];
  response.setHeader(header, typeof given === 'string' && acceptable.test(given) ? given : randomUUID());
  next();
}

export function requestIdOf(response: Response): string {
  return String(response.getHeader(header) ?? '');
}
