import { ConfigError, createLog, type Logger } from '@assay/pipeline';
import { EngineStartError } from './engine/fork-engine';

/** As in sysexits.h: the configuration is wrong, starting again will not help. */
const exitBadConfig = 78;

/** A process in an unknown state must not hold locks: jobs of a dead worker are taken over, those of a sick one are not. */
export function exitOnFault(log: Logger): void {
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error: unknown) => {
      log.fatal({ err: error }, fault);
      process.exit(1);
    });
  }
}

/** Says why a process did not come to its work, and ends it. @param what it is, for the log */
export function exitUnstarted(what: string, error: unknown): never {
  const log = createLog({ level: 'info', service: 'worker', to: 'stdout' });
  log.fatal({ err: error }, `${what} did not start`);
  // The engine has found what is wrong, by the same codes.
  if (error instanceof EngineStartError) process.exit(error.code || 1);
  process.exit(error instanceof ConfigError ? exitBadConfig : 1);
}
