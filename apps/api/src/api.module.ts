import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import type { AddressSettings, FetchMediaSettings } from '@assay/fetch-media';
import type { LoginProvider, Retention, ScanRate } from '@assay/contracts';
import { AuditLog, type BucketSource, type Logger, type Ports, type ScanQueues, type Tracing } from '@assay/pipeline';
import type { EventLog, IdempotencyStore } from '@assay/storage';
import { AuditController } from './audit/audit.controller';
import { KeyRing } from './auth/key-ring';
import type { RateRule } from './auth/limit-rate';
import { LoginController } from './auth/login.controller';
import type { People } from './auth/people';
import { TableGuard } from './auth/table.guard';
import { BucketEventsController } from './bucket-events/bucket-events.controller';
import { ObjectIntake } from './bucket-events/object-intake';
import { DeadLettersController } from './dead-letters/dead-letters.controller';
import { EventsController } from './events/events.controller';
import { FeedController } from './events/feed.controller';
import { ScanEvents } from './events/scan-events';
import { EvidenceLinksController } from './evidence-links/evidence-links.controller';
import { LinkKeys } from './evidence-links/link-keys';
import { HealthController } from './health/health.controller';
import { Idempotency } from './idempotency/idempotency';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor';
import { KeepingController } from './keeping/keeping.controller';
import { KeysController } from './keys/keys.controller';
import { DecisionsController } from './known/decisions.controller';
import { KnownListsController } from './known/known-lists.controller';
import { MediaController } from './media/media.controller';
import { UploadTracker } from './media/upload-tracker';
import { ApiMetrics } from './metrics/api-metrics';
import { MetricsController } from './metrics/metrics.controller';
import { ModelsController } from './models/models.controller';
import { RescansController } from './rescans/rescans.controller';
import { QuotasController } from './quotas/quotas.controller';
import { ScanRatesController } from './scan-rates/scan-rates.controller';
import { CallbacksController } from './scans/callbacks.controller';
import { PublicKeysController } from './scans/public-keys.controller';
import { RevisionsController } from './scans/revisions.controller';
import { ScanBatches } from './scans/scan-batches';
import { ScanReader } from './scans/scan-reader';
import { ScanSubmitter } from './scans/scan-submitter';
import { ScanWaiter } from './scans/scan-waiter';
import { ScansController } from './scans/scans.controller';
import { VerdictController } from './scans/verdict.controller';
import { CallbackSecretController } from './webhooks/callback-secret.controller';
import { WebhooksController } from './webhooks/webhooks.controller';
import {
  BUCKETS,
  CLOSING,
  EVENT_LOG,
  FETCHING,
  IDEMPOTENCY,
  LOG,
  LOGIN,
  PORTS,
  PUBLIC_URL,
  QUEUES,
  RATES,
  RETENTION,
  SCAN_RATE,
  SENDING,
  UPLOADS,
} from './tokens';
import { DirectUploadsController } from './uploads/direct-uploads.controller';
import type { ResumableUploads } from './uploads/open-uploads';
import { UploadsController } from './uploads/uploads.controller';

export interface ApiParts {
  ports: Ports;
  queues: ScanQueues;
  /** What a URL may lead to. */
  fetching: FetchMediaSettings;
  /** Where webhooks may lead. */
  sending: AddressSettings;
  /** Where callers find the API; null = as a request names it. */
  publicUrl: string | null;
  /** Whose new objects are taken in. */
  buckets: readonly BucketSource[];
  events: EventLog;
  idempotency: IdempotencyStore;
  uploads: ResumableUploads;
  /** Of pages that may read answers; none = those of this service alone. */
  corsOrigins: readonly string[];
  /** None = as many requests as there are. */
  rates: readonly RateRule[];
  /** Who logs in with an identity provider; null = nobody does. */
  people: People | null;
  /** How pages send them there; null = they do not. */
  login: LoginProvider | null;
  /** For tenants that have not said how long what is kept. */
  retention: Retention;
  /** For tenants that have none of their own. */
  scanRate: ScanRate;
  metrics: ApiMetrics;
  tracing: Tracing | null;
  log: Logger;
  /** Aborted when the service closes, after requests had their time to finish. */
  closing: AbortSignal;
}

@Module({})
export class ApiModule {
  static with(parts: ApiParts): DynamicModule {
    const { ports, queues, fetching, sending, events, idempotency, uploads, rates, retention } = parts;
    const { buckets, login, metrics, log, closing } = parts;
    return {
      module: ApiModule,
      controllers: [
        MediaController,
        UploadsController,
        DirectUploadsController,
        BucketEventsController,
        ScansController,
        VerdictController,
        EvidenceLinksController,
        RevisionsController,
        DecisionsController,
        KnownListsController,
        EventsController,
        FeedController,
        PublicKeysController,
        LoginController,
        WebhooksController,
        CallbacksController,
        CallbackSecretController,
        KeysController,
        AuditController,
        DeadLettersController,
        KeepingController,
        ModelsController,
        RescansController,
        QuotasController,
        ScanRatesController,
        HealthController,
        MetricsController,
      ],
      providers: [
        { provide: PORTS, useValue: ports },
        { provide: QUEUES, useValue: queues },
        { provide: FETCHING, useValue: fetching },
        { provide: SENDING, useValue: sending },
        { provide: EVENT_LOG, useValue: events },
        { provide: IDEMPOTENCY, useValue: idempotency },
        { provide: UPLOADS, useValue: uploads },
        { provide: PUBLIC_URL, useValue: parts.publicUrl },
        { provide: LOGIN, useValue: login },
        { provide: BUCKETS, useValue: buckets },
        { provide: RATES, useValue: rates },
        { provide: RETENTION, useValue: retention },
        { provide: SCAN_RATE, useValue: parts.scanRate },
        { provide: LOG, useValue: log },
        { provide: CLOSING, useValue: closing },
        { provide: ApiMetrics, useValue: metrics },
        { provide: KeyRing, useValue: new KeyRing(ports.store) },
        { provide: LinkKeys, useValue: new LinkKeys(ports.store) },
        { provide: AuditLog, useValue: new AuditLog(ports.store) },
        { provide: APP_GUARD, useClass: TableGuard },
        Idempotency,
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        UploadTracker,
        ObjectIntake,
        ScanReader,
        ScanSubmitter,
        ScanBatches,
        ScanWaiter,
        ScanEvents,
      ],
    };
  }
}
