import { ConfigError, createLog, loadConfig, type Logger } from '@assay/pipeline';
import { type RunningWorker, startWorker } from './start-worker';
import { watchParent } from './watch-parent';

/** After the parent's death nothing waits for us: children of ours still get their signals, then we are gone, ms. */
const orphanExitMs = 1_000;
/** On top of the drain: handing back jobs, closing connections. Then the process ends whatever hangs, ms. */
const closeMs = 5_000;
/** As in sysexits.h: the configuration is wrong, starting again will not help. */
const exitBadConfig = 78;

async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog({ level: config.logLevel, service: 'worker', to: 'stdout' });
  let worker: RunningWorker | null = null;
  let stopping = false;

  const stop = (reason: string, drainMs: number, limitMs: number): void => {
    // A second signal changes nothing, but the parent's death cuts a drain short.
    if (stopping && drainMs > 0) return;
    stopping = true;
    log.info({ reason }, 'worker stops');
    setTimeout(() => process.exit(1), limitMs).unref();
    if (!worker) process.exit(0);
    worker.close({ drainMs }).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'worker did not stop cleanly');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => stop(signal, config.drainMs, config.drainMs + closeMs));
  }
  watchParent(config.parentPid, () => stop('parent is gone', 0, orphanExitMs));
  exitOnFault(log);

  worker = await startWorker(config, log);
  process.send?.({ type: 'ready' });
}

/** A process in an unknown state must not hold locks: jobs of a dead worker are taken over, those of a sick one are not. */
function exitOnFault(log: Logger): void {
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error: unknown) => {
      log.fatal({ err: error }, fault);
      process.exit(1);
    });
  }
}

main().catch((error: unknown) => {
  const log = createLog({ level: 'info', service: 'worker', to: 'stdout' });
  log.fatal({ err: error }, 'worker did not start');
  process.exit(error instanceof ConfigError ? exitBadConfig : 1);
});
