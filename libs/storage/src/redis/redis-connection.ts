import { type Cluster, Redis, type RedisOptions } from 'ioredis';
import { StoreUnavailableError } from '../errors/store-unavailable-error';
import { clientOptions } from './client-options';
import { parseRedisUrl, redisAddressHint } from './redis-address';
import { openCluster } from './redis-cluster';
import { isRedisOutage } from './redis-outage';
import type { RedisIndexSettings } from './redis-settings';

export type RedisClient = Redis | Cluster;

const connectTimeoutMs = 5_000;
/** The scripts take microseconds; a Redis that is silent for this long is hung. */
const commandTimeoutMs = 10_000;
/**
 * A connection over which nothing answers is made anew: where no packet says that it is dead (a firewall that forgot it, a
 * host that is gone), each command would otherwise time out, for as long as the system believes in it: a quarter of an hour.
 */
const socketTimeoutMs = commandTimeoutMs;
/** A command waits for one attempt to connect more than this, 1.5 s at most, then fails typed. */
const maxRetriesPerRequest = 2;
/** A closed connection whose other end does not answer is dropped after this long; its timer holds up our exit. */
const disconnectTimeoutMs = 200;
const firstRetryMs = 50;
/** Also bounds how long a Redis that came back goes unnoticed. On a local socket an attempt costs nothing. */
const longestRetryMs = 500;

const options: RedisOptions = {
  connectTimeout: connectTimeoutMs,
  commandTimeout: commandTimeoutMs,
  socketTimeout: socketTimeoutMs,
  disconnectTimeout: disconnectTimeoutMs,
  maxRetriesPerRequest,
  // For ever: a Redis that comes back is used again without a restart of ours.
  retryStrategy: (attempt) => Math.min(firstRetryMs * attempt, longestRetryMs),
};

/**
 * Connects in the background; commands wait for it. Never emits an unhandled 'error'.
 *
 * @throws Error when the URL is no address of a Redis
 */
export function connectRedis(settings: RedisIndexSettings): RedisClient {
  const address = 'path' in settings ? { kind: 'socket' as const, path: settings.path } : parseRedisUrl(settings.url);
  // Without the URL, which may hold a password.
  if (!address) throw new Error(`The address of Redis ${redisAddressHint}.`);
  if (address.kind !== 'cluster') return quiet(new Redis({ ...options, ...clientOptions(address) }));
  const patience = { commandTimeoutMs, connectTimeoutMs, socketTimeoutMs };
  return quiet(openCluster(address, patience));
}

/** A second connection with the same settings: one that subscribes can do nothing else. */
export function duplicateRedis(redis: RedisClient): RedisClient {
  // One call for both would suit neither's type.
  return quiet(redis instanceof Redis ? redis.duplicate() : redis.duplicate());
}

/** A lost connection shows in the commands that fail. Without a listener the driver prints each error, address included. */
function quiet<Client extends RedisClient>(redis: Client): Client {
  redis.on('error', () => {});
  return redis;
}

/** @throws StoreUnavailableError for everything that may work next time; other errors as they are */
export async function orUnavailable<T>(command: Promise<T>): Promise<T> {
  try {
    return await command;
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError' && !isRedisOutage(error)) throw error;
    throw new StoreUnavailableError('the Redis index did not answer', error);
  }
}
