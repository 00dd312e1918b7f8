import { clientOptions, createRedisClient, createRedisCluster, parseRedisUrl, type RedisAddress } from '@assay/storage';
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

/** For BullMQ's workers, which open and close connections of their own, or duplicates of this one, from it. */
export interface WorkerConnection {
  connection: ConnectionOptions;
  /** After everything that was made of it is closed. */
  close(): Promise<void>;
}

/** Waits for ever. @throws Error when no Redis is configured */
export function workerConnection(config: { redisUrl: string | null }): WorkerConnection {
  const address = addressOf(config);
  if (address.kind === 'cluster') {
    const cluster = quiet(createRedisCluster(address, { connectTimeoutMs, socketTimeoutMs, commandTimeoutMs: null }));
    return { connection: cluster, close: async () => cluster.disconnect() };
  }
  const connection = { ...clientOptions(address), ...patience, maxRetriesPerRequest: null };
  return { connection, close: async () => undefined };
}

/**
 * The one connection of whoever adds jobs and is waited for, such as the API: for all queues, and for commands of our own, which do not
 * block. Its user closes it: BullMQ only says `quit` to those that it opens by itself, and the driver then goes on listening to the
 * sentinels, for ever.
 *
 * @throws Error when no Redis is configured
 */
export function callerConnection(config: { redisUrl: string | null }): Redis | Cluster {
  const address = addressOf(config);
  if (address.kind === 'cluster') {
    return quiet(createRedisCluster(address, { connectTimeoutMs, socketTimeoutMs, commandTimeoutMs }));
  }
  const limits = { maxRetriesPerRequest: callerRetries, commandTimeout: commandTimeoutMs };
  return quiet(createRedisClient({ ...clientOptions(address), ...patience, ...limits }));
}

const patience = {
  connectTimeout: connectTimeoutMs,
  socketTimeout: socketTimeoutMs,
  retryStrategy: (attempt: number): number => Math.min(50 * attempt, longestRetryMs),
};

function addressOf({ redisUrl }: { redisUrl: string | null }): RedisAddress {
  const address = redisUrl === null ? null : parseRedisUrl(redisUrl);
  if (!address) throw new Error('REDIS_URL is not set: queues need a Redis server.');
  return address;
}

/** Without a listener a lost connection is an uncaught exception; BullMQ listens only while it uses it. */
function quiet<Client extends Redis | Cluster>(client: Client): Client {
  client.on('error', () => undefined);
  return client;
}
