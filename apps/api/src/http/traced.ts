import type { Tracing } from '@assay/pipeline';
import type { NextFunction, Request, Response } from 'express';
import { routeOf } from './route-of';

/** A span for each request to the API, within which all of it is done. Pages and probes are not worth one. */
export function traced(tracing: Tracing) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const { method, headers, path } = request;
    if (!path.startsWith('/v1/') || path.startsWith('/v1/health')) return next();
    tracing.serve(method, headers, [request, response], (end) => {
      response.once('close', () => {
        // The pattern and not the address, as in the log: names have to be few.
        const route = routeOf(request);
        end({
          name: `${method} ${route}`,
          method,
          route,
          status: response.writableFinished ? response.statusCode : null,
        });
      });
      next();
    });
  };
}
