import pino, { type DestinationStream, type Logger } from 'pino';
import { traceIds } from './tracing/tracing';

export type { Logger };

/** Where credentials or personal data would sit if someone logged a whole object by mistake. */
const redacted = [
  'name',
  'file',
  'key',
  '*.file',
  ...withParents(['password', 'secretAccessKey', 'accessKeyId', 'authorization']),
];

function withParents(fields: string[]): string[] {
  return fields.flatMap((field) => [field, `*.${field}`]);
}

/**
 * JSON lines. Items are named by scan and media id, never by file name, which may hold a person's name: bind the id
 * with `log.child({ scan })`.
 *
 * @param options.to stderr unless said otherwise, since stdout belongs to results; a stream of one's own gets whole lines
 */
export function createLog(options: {
  level: string;
  service: string;
  to?: 'stdout' | 'stderr' | DestinationStream;
}): Logger {
  const to = options.to ?? 'stderr';
  return pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: traceIds,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redacted, censor: '[redacted]' },
    },
    // Written at once: a process that is killed must not take the lines with it that say why.
    typeof to === 'string' ? pino.destination({ dest: to === 'stdout' ? 1 : 2, sync: true }) : to,
  );
}
