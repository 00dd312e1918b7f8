import type { Logger, QueueName } from '@assay/pipeline';

const named = new Set(['scan', 'webhook', 'tenant']);

/** What log lines and spans of a job name: the scan or the webhook, and whose it is. */
export function itemOf(payload: object): Record<string, string> {
  const found = Object.entries(payload).filter(([name]) => named.has(name));
  return Object.fromEntries(found.map(([name, value]) => [name, String(value)]));
}

/** For what is done about one job. */
export function logOf(log: Logger, queue: QueueName, job: string | null, payload: object): Logger {
  return log.child({ queue, job, ...itemOf(payload) });
}
