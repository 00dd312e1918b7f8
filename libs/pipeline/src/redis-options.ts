import { isAbsolute } from 'node:path';
import type { RedisOptions } from 'ioredis';

/** A plain object, since BullMQ and the index each open connections of their own from it. */
export type RedisAddress = Pick<RedisOptions, 'host' | 'port' | 'path' | 'username' | 'password' | 'db' | 'tls'>;

const defaultPort = 6379;

/**
 * How connections of the queues bear a network that is cut. A connection over which nothing answers for `socketTimeout` is
 * dead, also where no packet says so (a firewall that forgot it, a host that is gone), and is made anew: BullMQ's blocking
 * wait for a job ends within 10 s by itself. And a Redis that comes back is noticed within a second: BullMQ's own pauses
 * grow to 20 s, which is longer than a job's lock.
 */
export const queueConnection = {
  connectTimeout: 5_000,
  socketTimeout: 15_000,
  retryStrategy: (attempt: number): number => Math.min(50 * attempt, 1_000),
};
/** For whoever adds jobs and is waited for, such as the API: a command fails rather than waits for Redis to come back. */
export const callerConnection = { ...queueConnection, commandTimeout: 10_000, maxRetriesPerRequest: 2 };

/** @returns null when the text is no address of a Redis server */
export function redisOptions(url: string): RedisAddress | null {
  if (isAbsolute(url)) return { path: url };
  if (!URL.canParse(url)) return null;
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  if (protocol === 'unix:') return isAbsolute(pathname) ? { path: decodeURIComponent(pathname) } : null;
  if ((protocol !== 'redis:' && protocol !== 'rediss:') || hostname === '') return null;
  const db = pathname.length > 1 ? Number(pathname.slice(1)) : 0;
  if (!Number.isInteger(db) || db < 0) return null;
  return {
    // URL keeps the brackets of an IPv6 address, a socket does not want them.
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? defaultPort : Number(port),
    db,
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
}
