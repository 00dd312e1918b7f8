import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { LoginProvider } from '@assay/contracts';
import {
  addressSettings,
  AuditLog,
  type Config,
  createPorts,
  loadBucketSources,
  type Logger,
  type OidcSettings,
  openEvents,
  openQueues,
  startTracing,
  withOutbox,
} from '@assay/pipeline';
import {
  createMemoryIdempotency,
  createRedisIdempotency,
  createRedisLeases,
  createRedisRateLimit,
} from '@assay/storage';
import { admitKey } from './auth/admin-key';
import { type RatePolicy, type RateRule, rateWindowSeconds } from './auth/limit-rate';
import { People } from './auth/people';
import { createApp } from './create-app';
import { ScanEvents } from './events/scan-events';
import { UploadTracker } from './media/upload-tracker';
import { ApiMetrics } from './metrics/api-metrics';
import { openUploads } from './uploads/open-uploads';

export interface RunningApi {
  /** Where it answers, e.g. `http://127.0.0.1:8080`. */
  url: string;
  /** Stops taking requests, ends event streams, lets uploads finish within `config.drainMs`, closes what was opened. */
  close(): Promise<void>;
}

/**
 * Starts the HTTP service in this process.
 *
 * @throws ModelError, ConfigError; and the system's own error when the port is taken
 */
export async function startApi(config: Config, log: Logger): Promise<RunningApi> {
  const bare = await createPorts(config, log);
  const tracing = await startTracing('api', config);
  // The last opened is the first to close.
  const opened: { close(): Promise<void> }[] = [...(tracing ? [tracing] : []), bare];
  const closeAll = async () => {
    for (const part of opened.reverse()) await part.close();
  };
  try {
    const queues = await openQueues(config, tracing);
    opened.push(queues);
    const events = openEvents(config);
    opened.push(events);
    const ports = withOutbox(bare, queues, events);
    const closing = new AbortController();
    // As many as there are requests: not the leak that Node takes more than ten for.
    setMaxListeners(0, closing.signal);
    const fetching = { maxBytes: config.limits.maxBytes, ...addressSettings(config.fetch) };
    const sending = addressSettings(config.webhooks);
    if (config.adminKey !== null) await admitKey(ports.store, config.adminKey, closing.signal);
    const idempotency = config.redisUrl ? createRedisIdempotency({ url: config.redisUrl }) : createMemoryIdempotency();
    opened.push(idempotency);
    const metrics = new ApiMetrics();
    // `openQueues` has made sure that there is a Redis.
    const leases = createRedisLeases({ url: String(config.redisUrl) });
    opened.push(leases);
    const uploads = await openUploads({
      config,
      ports,
      queues,
      leases,
      metrics,
      sending,
      log,
      closing: closing.signal,
    });
    const rates = openRates(config);
    opened.push(...rates.map(({ limit }) => limit));
    const buckets = await loadBucketSources(config.bucketsFile, ports.policies);
    const app = await createApp({
      ports,
      queues,
      fetching,
      sending,
      publicUrl: config.publicUrl,
      buckets,
      events,
      idempotency,
      uploads,
      corsOrigins: config.corsOrigins,
      rates,
      people: config.oidc && new People(config.oidc),
      login: config.oidc && loginOf(config.oidc),
      retention: config.retention,
      scanRate: config.scanRate,
      metrics,
      tracing,
      log,
      closing: closing.signal,
    });
    opened.push(app);
    await app.listen(config.port, config.host);
    const server = app.getHttpServer();
    const url = urlOf(config.host, server.address() as AddressInfo);
    log.info({ url }, 'the API is up');
    const endSweeps = uploads.sweeper.start(closing.signal);

    const stop = async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await app.get(ScanEvents).close();
      uploads.cancelAll();
      await app.get(UploadTracker).drain(config.drainMs);
      closing.abort(new Error('The service is closing.'));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), lastAnswersMs);
      await closed;
      clearTimeout(timer);
      await endSweeps();
      await app.get(AuditLog).settled();
      await closeAll();
      log.info('the API has stopped');
    };
    let stopped: Promise<void> | null = null;
    return { url, close: () => (stopped ??= stop()) };
  } catch (error) {
    await closeAll().catch((failure: unknown) => log.warn({ err: failure }, 'closing after a failed start'));
    throw error;
  }
}

function openRates({ redisUrl, ratePerMinute, tenantRatePerMinute }: Config): RateRule[] {
  const wanted: [RatePolicy, number][] = [
    ['key', ratePerMinute],
    ['tenant', tenantRatePerMinute],
  ];
  return wanted
    .filter(([, perMinute]) => perMinute > 0)
    .map(([policy, perMinute]) => {
      const window = { points: perMinute, seconds: rateWindowSeconds };
      return { policy, perMinute, limit: createRedisRateLimit({ url: String(redisUrl) }, window) };
    });
}

/** What the page is told: who has more than one audience names the one for people first. */
function loginOf({ issuer, audiences, page }: OidcSettings): LoginProvider | null {
  return page && { issuer, ...page, audience: audiences[0] ?? '' };
}

/** For answers that are being written when everything else has ended, ms. */
const lastAnswersMs = 2_000;

function urlOf(host: string, { port }: AddressInfo): string {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}
