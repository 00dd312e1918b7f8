import 'reflect-metadata';
import {
  type Config,
  isLaneQueue,
  type Logger,
  type OpenPorts,
  type QueueName,
  queueSettings,
  type ScanQueues,
  scanRateOf,
  scheduleSweeps,
  type Tracing,
} from '@assay/pipeline';
import type { EventLog, IdempotencyStore } from '@assay/storage';
import { NestFactory } from '@nestjs/core';
import { keepSweeping } from './keep-sweeping';
import { LiveWork } from './live-work';
import { monitorLoop } from './loop-monitor';
import { WorkerMetrics } from './metrics';
import { type MetricsServer, serveMetrics } from './metrics-server';
import { StageRegistry } from './stage-registry';
import { StageWorker } from './stage-worker';
import { ANSWERS, EVENTS, PORTS, QUEUES, TRACING } from './tokens';
import { untilHealthy } from './until-healthy';
import { warmLiveSet } from './warm-live-set';
import { WorkerModule } from './worker.module';

export interface RunningWorker {
  /** Port of `/metrics`; null when none was asked for. */
  metricsPort: number | null;
  /**
   * May be called again with 0 to end a drain that has begun.
   *
   * @param options.drainMs time for running jobs to finish; from the configuration when left out
   */
  close(options?: { drainMs?: number }): Promise<void>;
}

/** Queues of scans that somebody waits for. */
const liveQueues: ReadonlySet<QueueName> = new Set<QueueName>(['plan', 'look', 'judge']);

/**
 * Starts a worker: connect, check Redis, store and models, and only then take jobs. A worker that cannot work must not
 * take a job from one that can.
 *
 * @throws ConfigError, ModelError, StageRegistryError, or what the dependency said
 */
export async function startWorker(config: Config, log: Logger): Promise<RunningWorker> {
  const app = await NestFactory.createApplicationContext(WorkerModule.with(config, log), {
    logger: false,
    abortOnError: false,
  });
  const ports: OpenPorts = app.get(PORTS);
  const queues: ScanQueues = app.get(QUEUES);
  const tracing: Tracing | null = app.get(TRACING);
  const metrics = app.get(WorkerMetrics);
  let stages: StageWorker[] = [];
  let server: MetricsServer | null = null;
  let stopMonitor = (): void => undefined;
  let stopSweeping = (): void => undefined;

  const close = async (drainMs: number): Promise<void> => {
    stopSweeping();
    await Promise.all(stages.map((stage) => stage.close(drainMs)));
    stopMonitor();
    await server?.close();
    await queues.close();
    await app.get<EventLog>(EVENTS).close();
    await app.get<IdempotencyStore>(ANSWERS).close();
    await ports.close();
    await tracing?.close();
    await app.close();
  };

  try {
    const processors = app.get(StageRegistry).processors();
    await untilHealthy('index', (signal) => ports.index.check(signal), log);
    await untilHealthy('store', (signal) => ports.store.check(signal), log);
    if (!config.mock) await warmLiveSet(ports, log);
    const live = app.get(LiveWork);
    const { turns } = queues;
    const gates = {
      plan: queues.starts.gate((tenant) =>
        scanRateOf(tenant, config.scanRate, ports.store, AbortSignal.timeout(queueSettings.plan.deadlineMs)),
      ),
      look: config.tenantLooks === null ? null : queues.gate(config.tenantLooks),
    };
    stages = config.queues.map((name) => {
      const own = { name, processor: processors[name], gate: isLaneQueue(name) ? gates[name] : null };
      const watched = liveQueues.has(name) ? { live } : {};
      return new StageWorker({ ...own, ...watched, config, log, metrics, tracing, turns });
    });
    await Promise.all(stages.map((stage) => stage.ready()));
    await scheduleSweeps(queues);
    stopSweeping = keepSweeping(queues, log);
    if (config.workerMetricsPort !== null) {
      server = await serveMetrics(metrics.registry, { host: config.host, port: config.workerMetricsPort });
    }
    stopMonitor = monitorLoop((milliseconds) => {
      const busy = stages.filter(({ jobs }) => jobs.size > 0);
      metrics.stalled(
        busy.map(({ name }) => name),
        milliseconds / 1000,
      );
      const running = busy.flatMap(({ name, jobs }) => [...jobs].map((job) => `${name} ${job}`));
      log.warn({ milliseconds: Math.round(milliseconds), running }, 'event loop stalled');
    });
    for (const stage of stages) stage.open();
  } catch (error) {
    await close(0);
    throw error;
  }
  log.info(
    { queues: config.queues, looks: config.lookConcurrency, threads: config.inferenceThreads },
    'worker takes jobs',
  );

  let closing: Promise<void> | null = null;
  return {
    metricsPort: server?.port ?? null,
    close({ drainMs = config.drainMs } = {}) {
      if (closing && drainMs === 0) for (const stage of stages) stage.handBack();
      closing ??= close(drainMs);
      return closing;
    },
  };
}
