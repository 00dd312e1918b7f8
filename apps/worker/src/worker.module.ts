import { type Config, createPorts, type Logger, openQueues } from '@assay/pipeline';
import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { WorkerMetrics } from './metrics';
import { JudgeProcessor } from './processors/judge.processor';
import { LookProcessor } from './processors/look.processor';
import { PlanProcessor } from './processors/plan.processor';
import { SweepProcessor } from './processors/sweep.processor';
import { StageRegistry } from './stage-registry';
import { CONFIG, LOG, PORTS, QUEUES } from './tokens';

@Module({})
export class WorkerModule {
  static with(config: Config, log: Logger): DynamicModule {
    return {
      module: WorkerModule,
      imports: [DiscoveryModule],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: LOG, useValue: log },
        { provide: PORTS, useFactory: () => createPorts(config, log) },
        { provide: QUEUES, useFactory: () => openQueues(config) },
        WorkerMetrics,
        StageRegistry,
        PlanProcessor,
        LookProcessor,
        JudgeProcessor,
        SweepProcessor,
      ],
    };
  }
}
