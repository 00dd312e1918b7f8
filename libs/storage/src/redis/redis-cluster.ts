import { Cluster, type ClusterOptions, type Command } from 'ioredis';
import type { RedisAddress } from './redis-address';

/** The driver's pause before it asks another node for what one did not answer, ms. */
const retryDelayMs = 100;
/**
 * Tries of a command, one a pause; what waits longer, as for a failover, fails typed. A node's own connection must not try
 * again by itself: the cluster has to hear that a node is gone, or it never asks who took its place.
 */
const maxRedirections = 30;
const slotsRefreshTimeoutMs = 2_000;
/** How soon a cluster that came back is used again, ms. */
const longestRetryMs = 500;

/** What the user of a cluster says of its patience; addresses, credentials and encryption come from the address. */
export interface ClusterPatience {
  /** A command that has no answer after this fails, whatever it waited for; null = it waits for ever. */
  commandTimeoutMs: number | null;
  connectTimeoutMs: number;
  socketTimeoutMs: number;
}

/** Replies as older protocols have them, which is what everything here reads. */
type Options = Omit<ClusterOptions, 'redisOptions'> & {
  redisOptions: Omit<NonNullable<ClusterOptions['redisOptions']>, 'replyMapping'>;
};

/**
 * ioredis lets commands wait without an end for a cluster of which no node answers, whatever timeouts its nodes have. Its
 * duplicates, which block for jobs or subscribe, do so on purpose.
 */
class BoundedCluster extends Cluster {
  constructor(
    nodes: { host: string; port: number }[],
    options: Options,
    private readonly commandTimeoutMs: number,
  ) {
    super(nodes, options);
  }

  override sendCommand(command: Command, ...rest: [stream?: never, node?: never]): unknown {
    // Undefined for what the driver sends while this is being made.
    if (this.commandTimeoutMs !== undefined) command.setTimeout(this.commandTimeoutMs);
    return super.sendCommand(command, ...rest);
  }
}

/** Connects in the background; commands wait for it. */
export function openCluster(
  address: Extract<RedisAddress, { kind: 'cluster' }>,
  { commandTimeoutMs, connectTimeoutMs, socketTimeoutMs }: ClusterPatience,
): Cluster {
  const { username, password, tls } = address;
  const options: Options = {
    clusterRetryStrategy: (attempt) => Math.min(50 * attempt, longestRetryMs),
    retryDelayOnFailover: retryDelayMs,
    retryDelayOnClusterDown: retryDelayMs,
    maxRedirections,
    slotsRefreshTimeout: slotsRefreshTimeoutMs,
    // A certificate is made out to a name, and the address that belongs to it would not be found in it.
    ...(tls ? { dnsLookup: (host, done) => done(null, host) } : {}),
    redisOptions: {
      connectTimeout: connectTimeoutMs,
      socketTimeout: socketTimeoutMs,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(tls ? { tls: {} } : {}),
    },
  };
  return commandTimeoutMs === null
    ? new Cluster(address.nodes, options)
    : new BoundedCluster(address.nodes, options, commandTimeoutMs);
}
