import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@assay/pipeline';

/** Nest's own messages in the service's log. What it tells at every start is only worth a debug line. */
export function nestLog(log: Logger): LoggerService {
  const textOf = (message: unknown): string => (message instanceof Error ? message.message : String(message));
  return {
    log: (message: unknown) => log.debug(textOf(message)),
    debug: (message: unknown) => log.debug(textOf(message)),
    verbose: (message: unknown) => log.trace(textOf(message)),
    warn: (message: unknown) => log.warn(textOf(message)),
    error: (message: unknown) => log.error(textOf(message)),
    fatal: (message: unknown) => log.fatal(textOf(message)),
  };
}
