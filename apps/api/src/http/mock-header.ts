import type { NextFunction, Request, Response } from 'express';

/** Every answer of a service in mock mode says so. */
export function mockHeader(_request: Request, response: Response, next: NextFunction): void {
  response.set('Assay-Mock', 'true');
  next();
}
