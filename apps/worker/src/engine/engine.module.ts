import {
  type Config,
  createPorts,
  createSigner,
  type ErasePorts,
  loadSigningKey,
  type Logger,
  openEvents,
  openQueues,
  type Ports,
  type ScanQueues,
  startTracing,
  type Tracing,
  withOutbox,
} from '@assay/pipeline';
import { createRedisIdempotency, type EventLog, type IdempotencyStore } from '@assay/storage';
import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { LiveWork } from './live-work';
import { EngineMetrics } from './engine-metrics';
import { DeliverProcessor } from './processors/deliver.processor';
import { EraseProcessor } from './processors/erase.processor';
import { JudgeProcessor } from './processors/judge.processor';
import { LookProcessor } from './processors/look.processor';
import { PlanProcessor } from './processors/plan.processor';
import { RescanProcessor } from './processors/rescan.processor';
import { ShadowProcessor } from './processors/shadow.processor';
import { SweepProcessor } from './processors/sweep.processor';
import { StageRegistry } from './stage-registry';
import { ANSWERS, CONFIG, ERASING, EVENTS, LOG, PORTS, QUEUES, TRACING } from './tokens';

@Module({})
export class EngineModule {
  static with(config: Config, log: Logger): DynamicModule {
    return {
      module: EngineModule,
      imports: [DiscoveryModule],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: LOG, useValue: log },
        { provide: TRACING, useFactory: () => startTracing('worker', config) },
        { provide: QUEUES, inject: [TRACING], useFactory: (tracing: Tracing | null) => openQueues(config, tracing) },
        { provide: EVENTS, useFactory: () => openEvents(config) },
        {
          provide: PORTS,
          inject: [QUEUES, EVENTS, EngineMetrics],
          useFactory: async (queues: ScanQueues, events: EventLog, metrics: EngineMetrics) => {
            const key = await loadSigningKey(config);
            if (!key) log.warn('there is no signing key: verdicts are not signed');
            const ports = withOutbox(
              await createPorts(config, log, { onStoreRead: (bytes) => metrics.storeRead(bytes) }),
              queues,
              events,
            );
            return key ? { ...ports, signer: createSigner(key) } : ports;
          },
        },
        { provide: ANSWERS, useFactory: () => createRedisIdempotency({ url: String(config.redisUrl) }) },
        {
          provide: ERASING,
          inject: [PORTS, QUEUES, EVENTS, ANSWERS],
          useFactory: (ports: Ports, queues: ScanQueues, events: EventLog, answers: IdempotencyStore): ErasePorts => ({
            ...ports,
            queues,
            events,
            answers,
          }),
        },
        EngineMetrics,
        LiveWork,
        StageRegistry,
        PlanProcessor,
        LookProcessor,
        JudgeProcessor,
        SweepProcessor,
        EraseProcessor,
        DeliverProcessor,
        ShadowProcessor,
        RescanProcessor,
      ],
    };
  }
}
