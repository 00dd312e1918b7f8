import { clientOptions, createRedisCluster, parseRedisUrl } from '@assay/storage';
import type { ConnectionOptions } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';

const connectTimeoutMs = 5_000;
/**
 * A connection over which nothing answers for this long is dead, also where no packet says so (a firewall that forgot it, a
 * host that is gone), and is made anew: BullMQ's blocking wait for a job ends within 10 s by itself.
 */
const socketTimeoutMs = 15_000;
/** A caller's command fails rather than waits for Redis to come back. */
const commandTimeoutMs = 10_000;
const callerRetries = 2;
/** A Redis that comes back is noticed within this: BullMQ's own pauses grow to 20 s, longer than a job's lock. */
const longestRetryMs = 1_000;

/** What a connection bears: `caller` for whoever adds jobs and is waited for, such as the API; `worker` waits for ever. */
export type QueueUser = 'caller' | 'worker';

export interface QueueConnection {
  /** For BullMQ, which opens and closes connections of its own, or duplicates of this one, from it. */
  connection: ConnectionOptions;
  /** For commands of our own, which do not block. Of a cluster, the one connection that the queues use as well. */
  client(): Promise<Redis | Cluster>;
  /** After everything that was made of it is closed. */
  close(): Promise<void>;
}

/** @throws Error when no Redis is configured */
export function queueConnection(config: { redisUrl: string | null }, user: QueueUser): QueueConnection {
  const address = config.redisUrl === null ? null : parseRedisUrl(config.redisUrl);
  if (!address) throw new Error('REDIS_URL is not set: queues need a Redis server.');
  const isCaller = user === 'caller';
  if (address.kind === 'cluster') {
    const timeoutMs = isCaller ? commandTimeoutMs : null;
    const cluster = createRedisCluster(address, { connectTimeoutMs, socketTimeoutMs, commandTimeoutMs: timeoutMs });
    // Without a listener a lost connection is an uncaught exception; BullMQ listens only while it uses it.
    cluster.on('error', () => undefined);
    return { connection: cluster, client: async () => cluster, close: async () => cluster.disconnect() };
  }
  const connection = {
    ...clientOptions(address),
    connectTimeout: connectTimeoutMs,
    socketTimeout: socketTimeoutMs,
    retryStrategy: (attempt: number): number => Math.min(50 * attempt, longestRetryMs),
    maxRetriesPerRequest: isCaller ? callerRetries : null,
    ...(isCaller ? { commandTimeout: commandTimeoutMs } : {}),
  };
  const client = async (): Promise<Redis> => new (await import('ioredis')).Redis(connection);
  return { connection, client, close: async () => undefined };
}
