import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { NextFunction, Request, Response } from 'express';

const waiting = new WeakSet<IncomingMessage>();

/**
 * Clients such as curl ask with `Expect: 100-continue` before they send a large body. Node's default is to say yes
 * before anyone has looked; here the yes comes after the key and the size were checked, so that a refused upload of
 * gigabytes is never sent.
 */
export function holdContinue(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    waiting.add(request);
    server.emit('request', request, response);
  });
}

/** Middleware: from here on the body is wanted. */
export function sendContinue(request: Request, response: Response, next: NextFunction): void {
  if (waiting.delete(request)) response.writeContinue();
  next();
}

export function awaitsContinue(request: IncomingMessage): boolean {
  return waiting.has(request);
}
