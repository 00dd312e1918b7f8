import {
  type Config,
  isLaneQueue,
  type Logger,
  openQueues,
  openStore,
  queueSettings,
  scanRateOf,
  scheduleSweeps,
  startTracing,
  type Tracing,
} from '@assay/pipeline';
import type { Engine } from './engine/engine';
import { EngineStartError } from './engine/fork-engine';
import { gatherMetrics } from './gather-metrics';
import { keepSweeping } from './keep-sweeping';
import { monitorLoop } from './loop-monitor';
import { WorkerMetrics } from './metrics';
import { type MetricsServer, serveMetrics } from './metrics-server';
import { StageWorker } from './stage-worker';

export interface RunningWorker {
  /** Port of `/metrics`; null when none was asked for. */
  metricsPort: number | null;
  /**
   * May be called again with 0 to end a drain that has begun.
   *
   * @param options.drainMs time for running jobs to finish; from the configuration when left out
   */
  close(options?: { drainMs?: number }): Promise<void>;
  /** Ends its engine at once, where there is no time left to close. */
  kill(): void;
  /** Tells, once, that its engine ended: what ran has failed, and nothing can run any more. */
  onDeath(listener: (how: string) => void): void;
}

/** Opens what does the work: `openEngine` in this process, `forkEngine` in one of its own. */
export type OpenEngine = (config: Config, log: Logger, tracing: Tracing | null) => Promise<Engine>;

/**
 * Starts a worker: connect, have Redis, store and models checked, and only then take jobs. A worker that cannot work must not
 * take a job from one that can.
 *
 * @throws ConfigError, ModelError, StageRegistryError, EngineStartError, or what the dependency said
 */
export async function startWorker(config: Config, log: Logger, open: OpenEngine): Promise<RunningWorker> {
  const tracing = await startTracing('worker', config);
  const metrics = new WorkerMetrics(config.queues);
  const store = openStore(config);
  const queues = await openQueues(config, tracing);
  const engine = await open(config, log, tracing).catch(async (error: unknown) => {
    await Promise.all([queues.close(), store.close(), tracing?.close()]);
    throw error;
  });
  let died: string | null = null;
  engine.onDeath((how) => (died = how));
  let stages: StageWorker[] = [];
  let server: MetricsServer | null = null;
  let stopMonitor = (): void => undefined;
  let stopSweeping = (): void => undefined;

  const close = async (drainMs: number): Promise<void> => {
    stopSweeping();
    await Promise.all(stages.map((stage) => stage.close(drainMs)));
    stopMonitor();
    await server?.close();
    await Promise.all([queues.close(), engine.close(), store.close(), tracing?.close()]);
  };

  try {
    const { turns } = queues;
    const gates = {
      plan: queues.starts.gate((tenant) =>
        scanRateOf(tenant, config.scanRate, store, AbortSignal.timeout(queueSettings.plan.deadlineMs)),
      ),
      look: config.tenantLooks === null ? null : queues.gate(config.tenantLooks),
    };
    stages = config.queues.map((name) => {
      const own = { name, processor: engine.processors[name], gate: isLaneQueue(name) ? gates[name] : null };
      return new StageWorker({ ...own, config, log, metrics, tracing, turns });
    });
    await Promise.all(stages.map((stage) => stage.ready()));
    await scheduleSweeps(queues);
    stopSweeping = keepSweeping(queues, log);
    if (config.workerMetricsPort !== null) {
      const address = { host: config.host, port: config.workerMetricsPort };
      server = await serveMetrics(() => gatherMetrics(metrics, engine), address);
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
    if (died !== null) throw new EngineStartError(null, died);
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
    kill: () => engine.kill(),
    onDeath: (listener) => engine.onDeath(listener),
    close({ drainMs = config.drainMs } = {}) {
      if (closing && drainMs === 0) for (const stage of stages) stage.handBack();
      closing ??= close(drainMs);
      return closing;
    },
  };
}
