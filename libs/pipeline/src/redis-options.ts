import { isAbsolute } from 'node:path';
import type { RedisOptions } from 'ioredis';

/** A plain object, since BullMQ and the index each open connections of their own from it. */
export type RedisAddress = Pick<RedisOptions, 'host' | 'port' | 'path' | 'username' | 'password' | 'db' | 'tls'>;

const defaultPort = 6379;

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
