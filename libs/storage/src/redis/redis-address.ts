import { isAbsolute } from 'node:path';

export interface RedisNode {
  host: string;
  port: number;
}

interface Credentials {
  username?: string;
  password?: string;
}

/** Where a Redis is, however many servers it is made of. */
export type RedisAddress =
  | { kind: 'socket'; path: string }
  | ({ kind: 'server'; db: number; tls: boolean } & RedisNode & Credentials)
  /** The sentinels say which server is the master now; user and password are those of the servers. */
  | ({
      kind: 'sentinel';
      sentinels: RedisNode[];
      master: string;
      db: number;
      tls: boolean;
      sentinelPassword?: string;
    } & Credentials)
  /** Some of the nodes: they name the others. */
  | ({ kind: 'cluster'; nodes: RedisNode[]; tls: boolean } & Credentials);

export const redisAddressHint =
  'must be redis://, rediss://, unix:///path, an absolute path of a socket, ' +
  'redis-sentinel://host,host#master or redis-cluster://host,host';

const serverPort = 6379;
const sentinelPort = 26379;

/** As Lettuce writes them: `scheme://[[user:]password@]host[:port][,host[:port]...][/db][?sentinelPassword=...][#master]`. */
const manyHosts =
  /^redis(s?)-(sentinel|cluster):\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/(\d*))?(?:\?sentinelPassword=([^#]+))?(?:#(.+))?$/;

/** @returns null when the text is no address of a Redis */
export function parseRedisUrl(url: string): RedisAddress | null {
  if (isAbsolute(url)) return { kind: 'socket', path: url };
  return parseManyHosts(url) ?? parseOneHost(url);
}

function parseOneHost(url: string): RedisAddress | null {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  if (protocol === 'unix:') return isAbsolute(pathname) ? { kind: 'socket', path: decodeURIComponent(pathname) } : null;
  if ((protocol !== 'redis:' && protocol !== 'rediss:') || hostname === '') return null;
  const db = pathname.length > 1 ? Number(pathname.slice(1)) : 0;
  if (!Number.isInteger(db) || db < 0) return null;
  const node = { host: bare(hostname), port: port === '' ? serverPort : Number(port) };
  return { kind: 'server', ...node, db, tls: protocol === 'rediss:', ...credentials(username, password) };
}

function parseManyHosts(url: string): RedisAddress | null {
  const parts = manyHosts.exec(url);
  if (!parts) return null;
  const [, secure, kind, login = '', hosts = '', db, sentinelPassword, master] = parts;
  const nodes = hosts.split(',').map((host) => parseNode(host, kind === 'sentinel' ? sentinelPort : serverPort));
  if (!allThere(nodes)) return null;
  // With one word before the '@' it is the password.
  const [user = '', password = user] = login.includes(':') ? splitOnce(login) : [login];
  const common = { tls: secure === 's', ...credentials(login.includes(':') ? user : '', password) };
  if (kind === 'cluster') {
    // A cluster has one database, and nobody who names a master.
    return db || sentinelPassword || master ? null : { kind, nodes, ...common };
  }
  if (master === undefined) return null;
  return {
    kind: 'sentinel',
    sentinels: nodes,
    master: decodeURIComponent(master),
    db: Number(db ?? 0),
    ...common,
    ...(sentinelPassword === undefined ? {} : { sentinelPassword: decodeURIComponent(sentinelPassword) }),
  };
}

function parseNode(text: string, defaultPort: number): RedisNode | null {
  if (!URL.canParse(`redis://${text}`)) return null;
  const { hostname, port } = new URL(`redis://${text}`);
  return hostname === '' ? null : { host: bare(hostname), port: port === '' ? defaultPort : Number(port) };
}

const allThere = (nodes: (RedisNode | null)[]): nodes is RedisNode[] => !nodes.includes(null);

/** URL keeps the brackets of an IPv6 address, a socket does not want them. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

const splitOnce = (login: string): [string, string] => [
  login.slice(0, login.indexOf(':')),
  login.slice(login.indexOf(':') + 1),
];

function credentials(username: string, password: string): Credentials {
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}
