import { createRequire } from 'node:module';
import type { Cluster } from 'ioredis';
import type { RedisAddress } from './redis-address';
import type { ClusterPatience } from './redis-cluster';

const load = createRequire(__filename);

/** A client of a cluster. The driver is loaded here and not with the library, as for the index. */
export function createRedisCluster(
  address: Extract<RedisAddress, { kind: 'cluster' }>,
  patience: ClusterPatience,
): Cluster {
  const { openCluster } = load('./redis-cluster') as typeof import('./redis-cluster');
  return openCluster(address, patience);
}
