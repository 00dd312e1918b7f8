import '@assay/pipeline/dist/steady-heap';
import { join } from 'node:path';
import { createLog, loadConfig } from '@assay/pipeline';
import { removeLeftFolders } from '@assay/storage';
import { forkEngine } from './engine/fork-engine';
import { exitOnFault, exitUnstarted } from './exit';
import { type RunningWorker, startWorker } from './start-worker';
import { watchParent } from './watch-parent';

/** After the parent's death nothing waits for us: children of ours still get their signals, then we are gone, ms. */
const orphanExitMs = 1_000;
/** On top of the drain: handing back jobs, closing connections. Then the process ends whatever hangs, ms. */
const closeMs = 5_000;

async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog({ level: config.logLevel, service: 'worker', to: 'stdout' });
  let worker: RunningWorker | null = null;
  let stopping = false;

  const stop = (reason: string, drainMs: number, limitMs: number, exitCode = 0): void => {
    // A second signal changes nothing, but the parent's death cuts a drain short.
    if (stopping && drainMs > 0) return;
    stopping = true;
    log[exitCode === 0 ? 'info' : 'fatal']({ reason }, 'worker stops');
    const end = (): void => {
      worker?.kill();
      process.exit(1);
    };
    setTimeout(end, limitMs).unref();
    if (!worker) process.exit(0);
    worker.close({ drainMs }).then(
      () => process.exit(exitCode),
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

  const left = await removeLeftFolders();
  if (left > 0) log.warn({ folders: left }, 'removed what killed processes left in the temporary folder');

  const script = join(__dirname, 'engine-main.js');
  worker = await startWorker(config, log, (_config, _log, tracing) => forkEngine({ script, tracing, log }));
  // Whoever started this process starts it anew, as after any crash: one way back, that is walked often.
  worker.onDeath((how) => stop(`its engine ended (${how})`, 0, closeMs, 1));
  process.send?.({ type: 'ready' });
}

main().catch((error: unknown) => exitUnstarted('worker', error));
