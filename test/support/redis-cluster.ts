import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from './free-ports';
import { type RedisNode, serverSettings, startRedisNode } from './redis-node';

export interface RedisCluster {
  url: string;
  nodes: RedisNode[];
  /** The master that a key lives on now. */
  masterOf(key: string): Promise<RedisNode>;
  close(): Promise<void>;
}

const masters = 3;
/** A node that does not answer for this long is down, ms. Real fleets wait longer; tests should not. */
const nodeTimeoutMs = 3_000;
const pollMs = 100;

/** @param replicas of each of the three masters: without one, what a dead master held waits for it to come back */
export async function startRedisCluster(replicas: 0 | 1): Promise<RedisCluster> {
  const count = masters * (1 + replicas);
  const ports = await freePorts(2 * count);
  const nodes = await Promise.all(
    ports.slice(0, count).map((port, at) =>
      startRedisNode(port, (folder) => [
        ...serverSettings(port, folder),
        ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'],
        // The bus of a cluster lies 10,000 above the port by default, which may be above the last one.
        ...['--cluster-port', String(ports[count + at]), '--cluster-node-timeout', String(nodeTimeoutMs)],
      ]),
    ),
  );
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const close = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.close())));
  const made = spawnSync(
    'redis-cli',
    ['--cluster', 'create', ...addresses, '--cluster-replicas', String(replicas), '--cluster-yes'],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) {
    await close();
    throw new Error(`The cluster was not made: ${made.stdout}${made.stderr}`);
  }
  for (const node of nodes) {
    await until(async () => {
      const info = String(await node.ask('cluster', 'info'));
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}`);
    });
  }
  // A replica that never had its master's data does not take its place.
  for (const node of nodes) {
    if (replicas > 0)
      await until(async () => /state=online|master_link_status:up/.test(String(await node.ask('info', 'replication'))));
  }
  const alive = async (): Promise<RedisNode[]> => {
    const answers = await Promise.all(
      nodes.map((node) =>
        node.ask('ping').then(
          () => node,
          () => null,
        ),
      ),
    );
    return answers.filter((node) => node !== null);
  };
  return {
    url: `redis-cluster://${addresses.join(',')}`,
    nodes,
    async masterOf(key) {
      const [first] = await alive();
      const slot = Number(await first?.ask('cluster', 'keyslot', key));
      const ranges = (await first?.ask('cluster', 'slots')) as [number, number, [string, number]][];
      const port = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2][1];
      const node = nodes.find((found) => found.port === port);
      if (!node) throw new Error(`Slot ${slot} belongs to nobody.`);
      return node;
    },
    close,
  };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(pollMs);
}
