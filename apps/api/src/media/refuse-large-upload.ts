import type { NextFunction, Request, Response } from 'express';
import { problems } from '../problems/problems';
import { formOverheadBytes } from './receive-media';

/** Middleware: an upload that says itself that it is too large is refused before its first byte. */
export function refuseLargeUpload(maxBytes: number) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const tooLarge = Number(request.headers['content-length'] ?? 0) > maxBytes + formOverheadBytes;
    next(tooLarge ? problems.tooLarge(`Media may have ${maxBytes} bytes.`) : undefined);
  };
}
