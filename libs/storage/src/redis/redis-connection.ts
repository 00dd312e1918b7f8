import { Redis, type RedisOptions } from 'ioredis';
import { StoreUnavailableError } from '../errors/store-unavailable-error';
import type { RedisIndexSettings } from './redis-settings';

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
const unixScheme = 'unix:';

const options: RedisOptions = {
  connectTimeout: connectTimeoutMs,
  commandTimeout: commandTimeoutMs,
  socketTimeout: socketTimeoutMs,
  disconnectTimeout: disconnectTimeoutMs,
  maxRetriesPerRequest,
  // For ever: a Redis that comes back is used again without a restart of ours.
  retryStrategy: (attempt) => Math.min(firstRetryMs * attempt, longestRetryMs),
};

/** Connects in the background; commands wait for it. Never emits an unhandled 'error'. */
export function connectRedis(settings: RedisIndexSettings): Redis {
  const address = 'path' in settings ? settings.path : settings.url.replace(/^unix:(\/\/)?/, '');
  const isPath = 'path' in settings || settings.url.startsWith(unixScheme) || settings.url.startsWith('/');
  const redis = isPath ? new Redis({ ...options, path: address }) : new Redis(address, options);
  return quiet(redis);
}

/** A second connection with the same settings: one that subscribes can do nothing else. */
export function duplicateRedis(redis: Redis): Redis {
  return quiet(redis.duplicate());
}

/** A lost connection shows in the commands that fail. Without a listener the driver prints each error, address included. */
function quiet(redis: Redis): Redis {
  return redis.on('error', () => {});
}

/** Replies that say "not now" rather than "not like this". */
const passingReply =
  /^(LOADING|READONLY|OOM|MISCONF|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|NOAUTH|WRONGPASS|NOPERM|NOREPLICAS|UNKILLABLE)\b/;

/** @throws StoreUnavailableError for everything that may work next time; other errors as they are */
export async function orUnavailable<T>(command: Promise<T>): Promise<T> {
  try {
    return await command;
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError' && !passingReply.test(error.message)) throw error;
    throw new StoreUnavailableError('the Redis index did not answer', error);
  }
}

/** Lets commands in flight finish if the connection lives, and never waits for one that does not. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => {});
  // Between two attempts to connect, `disconnect` forgets the commands that wait; during one it fails them.
  if (redis.status === 'reconnecting') redis.connect().catch(() => {});
  redis.disconnect();
}
