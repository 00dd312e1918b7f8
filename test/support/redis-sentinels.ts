import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from './free-ports';
import { type RedisNode, serverSettings, startRedisNode } from './redis-node';

export interface RedisSentinels {
  url: string;
  /** Ports of the servers, the first master first. */
  servers: RedisNode[];
  /** Port of the master as the sentinels know it. */
  master(): Promise<number>;
  close(): Promise<void>;
}

const name = 'assay';
/** A master that does not answer for this long is down, ms. Real fleets wait longer; tests should not. */
const downAfterMs = 2_000;
const pollMs = 100;

/** A master with a replica, and three sentinels of which two have to agree. */
export async function startRedisSentinels(): Promise<RedisSentinels> {
  const [masterPort = 0, replicaPort = 0, ...sentinelPorts] = await freePorts(5);
  const master = await startRedisNode(masterPort, (folder) => serverSettings(masterPort, folder));
  const replica = await startRedisNode(replicaPort, (folder) => [
    ...serverSettings(replicaPort, folder),
    ...['--replicaof', `127.0.0.1 ${masterPort}`],
  ]);
  await until(async () => /^role:master[^]*state=online/m.test(String(await master.ask('info', 'replication'))));
  const sentinels = await Promise.all(
    sentinelPorts.map((port) =>
      startRedisNode(port, (folder) => {
        const file = join(folder, 'sentinel.conf');
        const lines = [
          `port ${port}`,
          'bind 127.0.0.1',
          `dir ${folder}`,
          `sentinel monitor ${name} 127.0.0.1 ${masterPort} 2`,
          `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
          `sentinel failover-timeout ${name} 10000`,
        ];
        writeFileSync(file, `${lines.join('\n')}\n`);
        return [file, '--sentinel'];
      }),
    ),
  );
  // Each has to know the replica and the two others before they can agree on anything.
  for (const sentinel of sentinels) {
    await until(async () => (await listed(sentinel, 'replicas')) === 1 && (await listed(sentinel, 'sentinels')) === 2);
  }
  const all = [master, replica, ...sentinels];
  return {
    url: `redis-sentinel://${sentinelPorts.map((port) => `127.0.0.1:${port}`).join(',')}#${name}`,
    servers: [master, replica],
    async master() {
      const [, port] = (await sentinels[0]?.ask('sentinel', 'get-master-addr-by-name', name)) as string[];
      return Number(port);
    },
    close: async () => void (await Promise.all(all.map((node) => node.close()))),
  };
}

async function listed(sentinel: RedisNode, what: 'replicas' | 'sentinels'): Promise<number> {
  return ((await sentinel.ask('sentinel', what, name)) as unknown[]).length;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(pollMs);
}
