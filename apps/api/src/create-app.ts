import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { json } from 'express';
import type { NextFunction, Request, Response } from 'express';
import { AuditLog } from '@assay/pipeline';
import { ApiModule, type ApiParts } from './api.module';
import { auditRequests } from './audit/audit-requests';
import { assertTableComplete } from './auth/assert-complete';
import { KeyRing } from './auth/key-ring';
import { limitRate } from './auth/limit-rate';
import { requireApiKey, requirePermission } from './auth/require-api-key';
import { serveConsole, serveWidget } from './console/serve-console';
import { describeApi, methodsByPath } from './docs/description';
import { serveDocs } from './docs/serve-docs';
import { admitLink } from './evidence-links/admit-link';
import { LinkKeys } from './evidence-links/link-keys';
import { accessLog } from './http/access-log';
import { crossOrigin } from './http/cross-origin';
import { holdContinue, sendContinue } from './http/expect-continue';
import { mockHeader } from './http/mock-header';
import { isJson, malformedJson, requireJson, requireLabel } from './http/json-body';
import { requestId } from './http/request-id';
import { apiHeaders } from './http/security-headers';
import { isJsonOrSns } from './http/sns-request';
import { traced } from './http/traced';
import { refuseLargeUpload } from './media/refuse-large-upload';
import { ApiMetrics } from './metrics/api-metrics';
import { nestLog } from './nest-log';
import { ProblemFilter } from './problems/problem.filter';
import { tusHeaders } from './uploads/tus-headers';
import { uploadsPath } from './uploads/upload-ids';

/** Documents are ids and options; media never comes this way. */
const maxJson = '64kb';
/** A hundred items, each with an address of the longest kind; or the events of as many objects. */
const maxBatch = '256kb';
/** A hash list is large for a document. */
const maxList = '16mb';
/** A connection that moves no byte for this long is given up, ms. Event streams beat every 15 s. */
const silentConnectionMs = 60_000;
/** A request line and headers take milliseconds, ms. */
const headersMs = 15_000;
/** Longer than load balancers keep an idle connection, so that they close it and not we, ms. */
const idleConnectionMs = 65_000;

/** The HTTP service, ready to listen. The order of the steps is the order of trust: first who, then how much, then what. */
export async function createApp(parts: ApiParts): Promise<NestExpressApplication> {
  const { log, ports, closing, tracing } = parts;
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.with(parts), {
    bodyParser: false,
    abortOnError: false,
    logger: nestLog(log),
  });
  const description = describeApi(app);
  const filter = new ProblemFilter(log, methodsByPath(description));
  const express = app.getHttpAdapter().getInstance();
  express.disable('x-powered-by');
  // Tags are ours, where they are worth their cost.
  express.disable('etag');
  express.set('query parser', 'simple');

  if (tracing) express.use(traced(tracing));
  express.use(requestId, accessLog(log, app.get(ApiMetrics)), apiHeaders);
  app.enableCors(crossOrigin(parts.corsOrigins));
  if (ports.mock) express.use(mockHeader);
  express.use(uploadsPath, tusHeaders);
  express.use(auditRequests(app.get(AuditLog), log));
  express.use(admitLink(app.get(LinkKeys), closing));
  express.use(requireApiKey(app.get(KeyRing), parts.people, closing));
  if (parts.rates.length > 0) express.use(limitRate(parts.rates));
  express.use(requirePermission);
  express.use('/v1/media', refuseLargeUpload(ports.limits.maxBytes));
  express.use(sendContinue);
  const documents = [
    ...['/v1/scans', '/v1/webhooks', '/v1/callback-secret', '/v1/keys', '/v1/erasures', '/v1/holds', '/v1/retention'],
    ...['/v1/models', '/v1/rescans', '/v1/tenants'],
  ];
  // Before what is read of the addresses above it, which would allow less.
  express.use('/v1/scans/batch', requireJson, json({ limit: maxBatch, strict: true }), malformedJson);
  express.use(
    '/v1/bucket-events',
    requireLabel(isJsonOrSns),
    json({ limit: maxBatch, strict: true, type: isJsonOrSns }),
    malformedJson,
  );
  express.use(documents, requireJson, json({ limit: maxJson, strict: true }), malformedJson);
  express.use('/v1/media', json({ limit: maxJson, strict: true, type: isJson }), malformedJson);
  express.use('/v1/known-lists', requireJson, json({ limit: maxList, strict: true }), malformedJson);
  express.use(`${uploadsPath}/direct`, requireJson, json({ limit: maxJson, strict: true }), malformedJson);
  serveConsole(express, parts.login);
  serveWidget(express);
  serveDocs(express, description);
  app.useGlobalFilters(filter);
  await app.init();
  assertTableComplete(express);
  // What fails before Nest's routes (a key, a body, a broken address) is answered in the same way.
  express.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    filter.answer(error, request, response);
  });

  const server = app.getHttpServer();
  server.timeout = silentConnectionMs;
  server.headersTimeout = headersMs;
  server.keepAliveTimeout = idleConnectionMs;
  // A large upload over a slow line takes as long as it takes; silence is what ends it.
  server.requestTimeout = 0;
  holdContinue(server);
  return app;
}
