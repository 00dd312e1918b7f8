import '@assay/pipeline/dist/steady-heap';
import 'reflect-metadata';
import { createLog, loadConfig } from '@assay/pipeline';
import { removeLeftFolders } from '@assay/storage';
import { startApi } from './start-api';

/** The API as a process of its own: settings from the environment, log lines on stdout, SIGTERM to stop. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog({ level: config.logLevel, service: 'api', to: 'stdout' });
  const left = await removeLeftFolders();
  if (left > 0) log.warn({ folders: left }, 'removed what killed processes left in the temporary folder');
  const api = await startApi(config, log);
  const stop = () => {
    api.close().catch((error: unknown) => {
      log.error({ err: error }, 'stopping failed');
      process.exitCode = 1;
    });
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
