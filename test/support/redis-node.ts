import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { accepts, startGuarded, untilReady } from './guarded-child';

/** One server of several that belong together. */
export interface RedisNode {
  port: number;
  /** As `kill -9`; what it wrote to its append-only file stays. */
  kill(): Promise<void>;
  /** The same server again, on the same port and file. */
  start(): Promise<void>;
  /** Asks it something over a connection of its own. */
  ask(...command: [string, ...(string | number)[]]): Promise<unknown>;
  /** Also removes its files. */
  close(): Promise<void>;
}

const folderPrefix = '/tmp/assay-redis-node-';
const startTimeoutMs = 60_000;

/** stdin is the leash, see `startGuarded`. */
const script = `
command -v redis-server >/dev/null || { echo 'redis-server is not installed' >&2; exit 127; }
folder=$1; shift
redis-server "$@" >"$folder/log" &
server=$!
trap : INT TERM HUP
cat >/dev/null
kill -9 $server; wait $server 2>/dev/null`;

/**
 * A Redis on a port, to be one of several.
 *
 * @param settings of redis.conf; a `--sentinel` that rewrites its own file has to be told which, see `redis-sentinels.ts`
 */
export async function startRedisNode(port: number, settings: (folder: string) => string[]): Promise<RedisNode> {
  const folder = mkdtempSync(folderPrefix);
  const args = [folder, ...settings(folder)];
  let child = startGuarded(script, args);
  const ready = () => untilReady(child, 'redis-server', () => accepts({ host: '127.0.0.1', port }), startTimeoutMs);
  await ready();
  return {
    port,
    kill: () => child.close(),
    async start() {
      child = startGuarded(script, args);
      await ready();
    },
    async ask(name, ...args) {
      const redis = new Redis({ host: '127.0.0.1', port, retryStrategy: () => null });
      redis.on('error', () => undefined);
      try {
        return await redis.call(name, ...args);
      } finally {
        redis.disconnect();
      }
    },
    async close() {
      await child.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Of a server that keeps what it is told, and is reached from this machine alone. */
export const serverSettings = (port: number, folder: string): string[] => [
  ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
  ...['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'],
];
