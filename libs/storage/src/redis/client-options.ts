import { createRequire } from 'node:module';
import type { RedisOptions } from 'ioredis';
import type { RedisAddress } from './redis-address';

const load = createRequire(__filename);

/** Everything but a cluster, which has a client of its own. */
export type OneMaster = Exclude<RedisAddress, { kind: 'cluster' }>;

/**
 * A server that has become a replica under our hands is left, and the command goes to the one that is the master now: some
 * who change masters close connections, some do not.
 */
const leaveReplica = (error: Error): 2 | false => (error.message.startsWith('READONLY') ? 2 : false);

/** What the driver has to know of where a Redis is. Patience and limits are its user's. */
export function clientOptions(address: OneMaster): RedisOptions {
  if (address.kind === 'socket') return { path: address.path };
  const { username, password, db, tls } = address;
  const server = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
    db,
    reconnectOnError: leaveReplica,
  };
  if (address.kind === 'server') return { ...server, host: address.host, port: address.port };
  // Part of the driver, which is not loaded with the library, as for the index.
  const { SteadySentinelConnector } = load(
    './steady-sentinel-connector',
  ) as typeof import('./steady-sentinel-connector');
  return {
    ...server,
    sentinels: address.sentinels,
    name: address.master,
    // Sentinels are asked which server is the master, and tell of a new one: a connection to an old one that lives on in
    // a network of its own would take jobs that nobody sees.
    failoverDetector: true,
    Connector: SteadySentinelConnector,
    ...(address.sentinelPassword === undefined ? {} : { sentinelPassword: address.sentinelPassword }),
    ...(tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
  };
}
