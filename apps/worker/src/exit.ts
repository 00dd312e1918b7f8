import type { Logger } from '@assay/pipeline';

/** As in sysexits.h: the configuration is wrong, starting again will not help. */
export const exitBadConfig = 78;

/** A process in an unknown state must not hold locks: jobs of a dead worker are taken over, those of a sick one are not. */
export function exitOnFault(log: Logger): void {
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error: unknown) => {
      log.fatal({ err: error }, fault);
      process.exit(1);
    });
  }
}
