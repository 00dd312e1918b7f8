import { createLog, loadConfig } from '@assay/pipeline';
import { endWithParent } from './engine/end-with-parent';
import type { FromEngine, ToEngine } from './engine/messages';
import { openEngine } from './engine/open-engine';
import { EngineServer } from './engine/serve-engine';
import { exitOnFault, exitUnstarted } from './exit';

/** After the parent's death nothing waits for us: children of ours still get their signals, then we are gone, ms. */
const orphanExitMs = 1_000;

/** The child of `forkEngine`. */
async function main(): Promise<void> {
  endWithParent();
  const config = loadConfig();
  const log = createLog({ level: config.logLevel, service: 'worker', to: 'stdout' }).child({ part: 'engine' });
  let server: EngineServer | null = null;
  let end = async (): Promise<void> => undefined;
  const stop = (): void => {
    end().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'engine did not stop cleanly');
        process.exit(1);
      },
    );
  };
  // When to stop is the parent's to say: a supervisor that signals all processes of a service would cut its drain short.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => undefined);
  process.once('disconnect', () => {
    setTimeout(() => process.exit(1), orphanExitMs).unref();
    void (server?.abandon() ?? Promise.resolve()).then(stop);
  });
  exitOnFault(log);

  const engine = await openEngine(config, log);
  end = () => engine.close();
  server = new EngineServer(engine, log, send);
  process.on('message', (message: ToEngine) => (message.type === 'close' ? stop() : server?.receive(message)));
  send({ type: 'ready' });
}

function send(message: FromEngine): void {
  // A parent that is gone is told of by its channel.
  if (process.connected) process.send?.(message, () => undefined);
}

main().catch((error: unknown) => exitUnstarted('engine', error));
