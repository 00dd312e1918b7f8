import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedRedis } from './embedded-redis';
import { processIdentity } from './process-identity';
import { redisKeeper } from './redis-keeper';
import { findEmbeddedRedis } from './running-redis';

/** Invariants: what was written is there at the next start; Redis never outlives the service, however that ended. */
describe('embedded Redis', () => {
  const never = new AbortController().signal;
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'assay-redis-spec-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const ask = (socket: string, ...words: string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const connection = connect(socket, () => connection.write(`${words.join(' ')}\r\n`));
      connection.once('error', reject);
      connection.once('data', (answer) => {
        connection.destroy();
        resolve(answer.toString());
      });
    });
  const running = async (): Promise<{ pid: number; run: string }> =>
    JSON.parse(await readFile(join(dataDir, 'redis/redis.pid'), 'utf8'));

  it('leaves no process of its own behind when it has stopped', async () => {
    const redis = await startEmbeddedRedis(dataDir, never);
    const named = async (): Promise<string[]> =>
      (await promisify(execFile)('ps', ['-eo', 'args'])).stdout
        .split('\n')
        .filter((line) => line.includes(dirname(redis.socket)));
    // Redis, the shell that waits for it, and the one that watches us.
    expect(await named()).toHaveLength(3);
    await redis.stop();
    expect(await named()).toEqual([]);
  });

  it('is found by its data folder while it runs, and only then', async () => {
    expect(await findEmbeddedRedis(dataDir)).toBeNull();
    const redis = await startEmbeddedRedis(dataDir, never);
    expect(await findEmbeddedRedis(dataDir)).toBe(redis.socket);
    await redis.stop();
    expect(await findEmbeddedRedis(dataDir)).toBeNull();
  });

  it('keeps what was written over a stop and start', async () => {
    const first = await startEmbeddedRedis(dataDir, never);
    expect(await ask(first.socket, 'SET', 'job', 'waiting')).toContain('OK');
    await first.stop();
    expect(existsSync(dirname(first.socket))).toBe(false);
    const second = await startEmbeddedRedis(dataDir, never);
    expect(await ask(second.socket, 'GET', 'job')).toContain('waiting');
    await second.stop();
  });

  it('ends, and takes its socket away, when its keeper is killed', async () => {
    const redis = await startEmbeddedRedis(dataDir, never);
    const { pid } = await running();
    const parentOf = async (of: number): Promise<number> =>
      Number(/PPid:\s+(\d+)/.exec(await readFile(`/proc/${of}/status`, 'utf8'))?.[1]);
    if (process.platform === 'linux') process.kill(await parentOf(pid), 'SIGKILL');
    await redis.stop();
    expect(await processIdentity(pid)).toBeNull();
  });

  it('ends when the service is killed, and the next start takes over what is left', async () => {
    const run = await mkdtemp(join(tmpdir(), 'assay-'));
    const socket = join(run, 'redis.sock');
    const hold = `const keeper = require('child_process').spawn('sh', ['-c', ...JSON.parse(process.argv[1])],
      { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
      keeper.stdout.once('data', (line) => process.stdout.write(line));
      setInterval(() => undefined, 1000)`;
    const words = [redisKeeper, 'keeper', run, 'redis-server', '--port', '0', '--unixsocket', socket, '--save', ''];
    const service = spawn(process.execPath, ['-e', hold, JSON.stringify(words)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = Number(String((await once(service.stdout, 'data'))[0]));
    const identity = await processIdentity(pid);
    expect(identity).not.toBeNull();
    await mkdir(join(dataDir, 'redis'), { recursive: true });
    await writeFile(join(dataDir, 'redis/redis.pid'), JSON.stringify({ pid, identity, run }));
    service.kill('SIGKILL');
    const next = await startEmbeddedRedis(dataDir, never);
    expect(await processIdentity(pid)).toBeNull();
    expect(existsSync(run)).toBe(false);
    expect(await ask(next.socket, 'PING')).toContain('PONG');
    await next.stop();
  });
});
