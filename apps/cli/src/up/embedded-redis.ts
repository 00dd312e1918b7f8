import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from '@assay/storage';
import { CliError } from '../exit';
import { pingRedis } from './ping-redis';
import { processIdentity } from './process-identity';
import { redisKeeper } from './redis-keeper';
import { isAlive, readRunningRedis, recordIn, redisFolder, type RunningRedis, socketIn } from './running-redis';

/** A socket's path has at most 108 bytes on Linux, 104 on macOS, with its final zero; the data folder may be deep. */
const maxSocketPathBytes = 100;
/** Redis answers in 15 ms; loading a long append-only file on a slow disk may take its time. */
const startTimeoutMs = 60_000;
const pollMs = 10;
/** What the keeper needs at most to make Redis stop, and some. */
const stopTimeoutMs = 8_000;

export interface EmbeddedRedis {
  /** Absolute path of the unix socket: there is no TCP port. */
  socket: string;
  /** Settles when Redis has ended, asked or not. */
  ended: Promise<void>;
  /** Asks Redis to write what it has and stop; returns when it and its keeper's processes are gone. */
  stop(): Promise<void>;
}

/**
 * Starts a Redis that lives in the data folder and ends with this process, however this process ends.
 *
 * Every write is with the system before it is answered, and on the disk within a second (`appendfsync everysec`): what a power
 * cut takes, the sweep makes again from the store, which has every accepted scan. With `always`, Redis ends itself when the disk is
 * full, and the service with it; so it only refuses writes until there is room.
 * `noeviction`: a queue that forgets is worse than one that says it is full.
 *
 * @throws CliError when redis-server is missing or does not come up
 */
export async function startEmbeddedRedis(dataDir: string, signal: AbortSignal): Promise<EmbeddedRedis> {
  const folder = redisFolder(dataDir);
  await makeFolder(folder, { mode: 0o700 });
  await endPredecessor(folder, signal);
  const run = await socketFolder();
  const socket = socketIn(run);
  const settings = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: '.',
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    logfile: 'redis.log',
    loglevel: 'warning',
  };
  const command = ['redis-server', ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])];
  // A session of its own: Ctrl-C in the terminal reaches this process only, and Redis stops last.
  const keeper = spawn('sh', ['-c', redisKeeper, 'assay-redis-keeper', run, ...command], {
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  keeper.stdin?.on('error', () => undefined);
  const exited = once(keeper, 'exit');
  // Redis ends first, then the shell that waits for it, and a moment later the watcher that made Redis end. The last two
  // hold our end of the output: when it closes, both are gone.
  const closed = once(keeper, 'close');
  const pid = await firstLine(keeper);
  const redis: RunningRedis = { pid, identity: (await processIdentity(pid)) ?? '', run };
  const ended = exited.then(() => gone(redis));
  const stop = async (): Promise<void> => {
    keeper.stdin?.end();
    await Promise.race([closed, sleep(stopTimeoutMs, undefined, { ref: false })]);
    await kill(redis);
    await Promise.all([ended, closed]);
    await rm(run, { recursive: true, force: true });
    await rm(recordIn(folder), { force: true });
  };
  try {
    await writeFile(recordIn(folder), JSON.stringify(redis), { mode: 0o600 });
    await untilReady(socket, ended, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return { socket, ended, stop };
}

async function firstLine(keeper: ChildProcess): Promise<number> {
  if (!keeper.stdout) throw new CliError('The Redis keeper has no output.');
  const lines = createInterface({ input: keeper.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), once(lines, 'close')])) as [string | undefined];
  lines.close();
  // The end of a stream is seen only by someone who reads it.
  keeper.stdout.resume();
  const pid = Number(line);
  if (!Number.isInteger(pid) || pid <= 0) throw new CliError('redis-server could not be started.');
  return pid;
}

async function socketFolder(): Promise<string> {
  const short = Buffer.byteLength(socketIn(join(tmpdir(), 'assay-XXXXXX'))) <= maxSocketPathBytes;
  return mkdtemp(join(short ? tmpdir() : '/tmp', 'assay-'));
}

async function untilReady(socket: string, ended: Promise<void>, signal: AbortSignal): Promise<void> {
  let over = false;
  void ended.then(() => (over = true));
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await sleep(pollMs)) {
    signal.throwIfAborted();
    if (over)
      throw new CliError('redis-server ended at once. Is it installed? See redis/redis.log in the data folder.');
    if (await pingRedis(socket)) return;
  }
  throw new CliError('redis-server did not answer in time. See redis/redis.log in the data folder.');
}

/** After `kill -9` of the service its Redis may still be ending: wait, then insist. */
async function endPredecessor(folder: string, signal: AbortSignal): Promise<void> {
  const redis = await readRunningRedis(folder);
  if (redis) {
    for (
      const deadline = Date.now() + stopTimeoutMs;
      (await isAlive(redis)) && Date.now() < deadline;
      await sleep(pollMs)
    ) {
      signal.throwIfAborted();
    }
    await kill(redis);
    await gone(redis);
    if (/\/assay-[A-Za-z0-9]{6}$/.test(redis.run)) await rm(redis.run, { recursive: true, force: true });
  }
  await rm(recordIn(folder), { force: true });
}

async function gone(redis: RunningRedis): Promise<void> {
  while (await isAlive(redis)) await sleep(pollMs);
}

async function kill(redis: RunningRedis): Promise<void> {
  if (await isAlive(redis)) process.kill(redis.pid, 'SIGKILL');
}
