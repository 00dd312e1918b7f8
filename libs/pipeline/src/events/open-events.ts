import { createRedisEventLog, type EventLog } from '@assay/storage';
import type { OpenPorts } from '../open-ports';
import type { ScanQueues } from '../open-queues';
import { createOutbox, eventsKeptMs } from './outbox';

/** The feed that all processes of a service share. @throws Error when no Redis is configured */
export function openEvents({ redisUrl }: { redisUrl: string | null }): EventLog {
  if (redisUrl === null) throw new Error('REDIS_URL is not set: the feed of events needs a Redis server.');
  return createRedisEventLog({ url: redisUrl, keepMs: eventsKeptMs });
}

/** The same ports, by which ends of scans are told. */
export function withOutbox(ports: OpenPorts, queues: ScanQueues, events: EventLog): OpenPorts {
  return { ...ports, outbox: createOutbox({ ...ports, queues, events }) };
}
