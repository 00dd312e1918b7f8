import type { NextFunction, Request, Response } from 'express';

const overridden = new Set(['PATCH', 'DELETE', 'HEAD']);

/**
 * Middleware: what tus wants of every request and answer, refusals included. The method may come in a header, for
 * senders behind something that lets only GET and POST through.
 */
export function tusHeaders(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Tus-Resumable', '1.0.0');
  const method = request.headers['x-http-method-override'];
  if (typeof method === 'string' && overridden.has(method)) request.method = method;
  next();
}
