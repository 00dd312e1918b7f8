import 'reflect-metadata';
import type { Config, Logger, OpenPorts, QueueName, ScanQueues, Tracing } from '@assay/pipeline';
import type { EventLog, IdempotencyStore } from '@assay/storage';
import { NestFactory } from '@nestjs/core';
import type { StageProcessor } from '../stage';
import type { Engine } from './engine';
import { EngineMetrics } from './engine-metrics';
import { EngineModule } from './engine.module';
import { LiveWork } from './live-work';
import { StageRegistry } from './stage-registry';
import { ANSWERS, EVENTS, PORTS, QUEUES, TRACING } from './tokens';
import { untilHealthy } from './until-healthy';
import { warmLiveSet } from './warm-live-set';

/** Queues of scans that somebody waits for. */
const liveQueues: readonly QueueName[] = ['plan', 'look', 'judge'];
/** Whose jobs put questions to models; judging needs to know which they are, and no more. */
const scoringQueues: readonly QueueName[] = ['look', 'shadow'];

export type LocalEngine = Engine & { tracing: Tracing | null };

/**
 * An engine in this process, ready: store and Redis answer, the models are loaded where its queues need them.
 *
 * @throws ModelError, StageRegistryError, or what the dependency said
 */
export async function openEngine(config: Config, log: Logger): Promise<LocalEngine> {
  const app = await NestFactory.createApplicationContext(EngineModule.with(config, log), {
    logger: false,
    abortOnError: false,
  });
  const ports: OpenPorts = app.get(PORTS);
  const tracing: Tracing | null = app.get(TRACING);
  const metrics = app.get(EngineMetrics);
  const close = async (): Promise<void> => {
    await app.get<ScanQueues>(QUEUES).close();
    await app.get<EventLog>(EVENTS).close();
    await app.get<IdempotencyStore>(ANSWERS).close();
    await ports.close();
    await tracing?.close();
    await app.close();
  };
  try {
    const processors = app.get(StageRegistry).processors();
    for (const name of liveQueues) processors[name] = telling(processors[name], app.get(LiveWork));
    await untilHealthy('index', (signal) => ports.index.check(signal), log);
    await untilHealthy('store', (signal) => ports.store.check(signal), log);
    const scores = config.queues.some((name) => scoringQueues.includes(name));
    if (scores && !config.mock) await warmLiveSet(ports, log);
    return {
      processors,
      tracing,
      metrics: () => metrics.registry.getMetricsAsJSON(),
      onDeath: () => undefined,
      close,
      kill: () => undefined,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Has those that give way to scans that somebody waits for told of one. */
function telling(processor: StageProcessor, live: LiveWork): StageProcessor {
  return {
    async run(payload, context) {
      const end = live.begin();
      try {
        return await processor.run(payload, context);
      } finally {
        end();
      }
    },
    exhausted: processor.exhausted?.bind(processor),
  };
}
