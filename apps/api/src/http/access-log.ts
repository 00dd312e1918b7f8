import { ScanId } from '@assay/contracts';
import type { Logger } from '@assay/pipeline';
import type { NextFunction, Request, Response } from 'express';
import type { ApiMetrics } from '../metrics/api-metrics';
import { requestIdOf } from './request-id';
import { routeOf } from './route-of';

const millisecondsPerNanosecond = 1e-6;

/**
 * One line and one measurement per request. Routes are logged as patterns: an address may hold a media id, a query a
 * file name, and neither belongs into a log that is kept.
 */
export function accessLog(log: Logger, metrics: ApiMetrics) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const started = process.hrtime.bigint();
    response.once('close', () => {
      const ms = Number(process.hrtime.bigint() - started) * millisecondsPerNanosecond;
      const route = routeOf(request);
      const status = response.writableFinished ? response.statusCode : 'aborted';
      const { method } = request;
      metrics.observeRequest({ method, route, status: String(status) }, ms / 1000);
      const scan = ScanId.safeParse(request.params?.['scan']);
      const item = scan.success ? { scan: scan.data } : {};
      const line = { requestId: requestIdOf(response), method, route, ...item, status, ms: Math.round(ms) };
      // Probes and pictures would drown the rest.
      log[route.startsWith('/v1/') && !route.startsWith('/v1/health') ? 'info' : 'debug'](line, 'request');
    });
    next();
  };
}
