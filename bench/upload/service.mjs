import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureAdminKey } from '@assay/api';
import { createLog, loadConfig } from '@assay/pipeline';
import { createFolderStore, createS3Store } from '@assay/storage';

const main = resolve(import.meta.dirname, '../../apps/api/dist/main.js');
const sampleMs = 20;

/**
 * The API as a process of its own, over a Redis and a data folder that go with it.
 *
 * @param folder where the data folder is made; `S3_*` of the environment put the store elsewhere
 */
export async function startService(folder) {
  const dataDir = mkdtempSync(join(folder, 'assay-upload-'));
  const socket = join(mkdtempSync('/tmp/assay-bench-'), 'r.sock');
  const redis = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', dataDir], {
    stdio: 'ignore',
  });
  while (!existsSync(socket)) await sleep(sampleMs);
  const env = { ...process.env, ASSAY_DATA_DIR: dataDir, ASSAY_PORT: '0', REDIS_URL: socket, ASSAY_LOG_LEVEL: 'info' };
  const config = loadConfig(env);
  const store = config.s3 ? createS3Store(config.s3) : createFolderStore({ root: join(dataDir, 'store') });
  const { key } = await ensureAdminKey(store, dataDir);
  const api = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  // However this program ends, nothing stays behind.
  process.once('exit', () => [api, redis].forEach((child) => child.kill('SIGKILL')));
  let words = '';
  api.stdout.on('data', (chunk) => (words = (words + chunk).slice(-4000)));
  while (!/"url":"(http:[^"]+)"/.test(words)) await sleep(sampleMs);
  return {
    url: /"url":"(http:[^"]+)"/.exec(words)[1],
    key,
    store,
    log: createLog({ level: 'silent', service: 'bench' }),
    /** Seconds of CPU that it has had. */
    cpuSeconds: () => cpuSecondsOf(api.pid),
    memory: () => memoryOf(api.pid),
    async close() {
      for (const child of [api, redis]) {
        const exit = once(child, 'exit');
        child.kill('SIGTERM');
        await exit;
      }
      await store.close();
      for (const made of [dataDir, resolve(socket, '..')]) rmSync(made, { recursive: true, force: true });
    },
  };
}

/** Resident memory of the process: now, and its highest since, sampled. `stop` gives both in MB. */
function memoryOf(pid) {
  const now = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  const first = now();
  let highest = first;
  const timer = globalThis.setInterval(() => (highest = Math.max(highest, now())), sampleMs);
  return { stop: () => (globalThis.clearInterval(timer), { first, highest }) };
}

/** Ticks of the kernel are 10 ms on every Linux that Node runs on. */
function cpuSecondsOf(pid) {
  const [, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = rest.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
