import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureAdminKey, startApi } from '@assay/api';
import { AssayClient } from '@assay/client';
import { createLog, folderStoreRoot, loadConfig } from '@assay/pipeline';
import { createFolderStore, createS3Store } from '@assay/storage';
import { checkTraffic } from './checked-traffic';
import { filesUnder } from './files-under';
import { startRedis } from './redis';

export interface TestApi {
  url: string;
  key: string;
  client: AssayClient;
  redisPath: string;
  dataDir: string;
  /** Everything in the object store but the keys of the API and the audit log. */
  stored(): Promise<string[]>;
  /** Asks with the key. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Starts a real worker process beside the API; it ends with it. */
  startWorker(): Promise<void>;
  /** As `kill -9` from outside: all of them, or so many of the oldest. */
  killWorkers(count?: number): Promise<void>;
  /** Stops the service alone; its folder is still there to look at. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

const worker = resolve(__dirname, '../../apps/worker/dist/main.js');

/**
 * The API in this process, over a Redis and a folder of its own, with the models that ship. What goes to and fro is held
 * against its description; `close` tells what was not as described.
 *
 * @param settings instead of those, e.g. `REDIS_URL` and `S3_*`
 */
export async function startTestApi(settings: Record<string, string> = {}): Promise<TestApi> {
  const dataDir = mkdtempSync(join(tmpdir(), 'assay-api-'));
  const redis = await startRedis();
  const env = {
    ASSAY_DATA_DIR: dataDir,
    ASSAY_PORT: '0',
    REDIS_URL: redis.path,
    ASSAY_LOG_LEVEL: 'silent',
    ASSAY_DRAIN_SECONDS: '2',
    ...settings,
  };
  const config = loadConfig(env);
  const root = folderStoreRoot(config);
  const store = config.s3 ? createS3Store(config.s3) : createFolderStore({ root });
  const { key } = await ensureAdminKey(store, config.dataDir);
  await store.close();
  const api = await startApi(config, createLog({ level: 'silent', service: 'api' })).catch(async (error: unknown) => {
    await redis.close();
    throw error;
  });
  const ends: (() => Promise<unknown>)[] = [];
  const endCheck = await checkTraffic(api.url);
  return {
    url: api.url,
    key,
    redisPath: redis.path,
    dataDir,
    client: new AssayClient({ baseUrl: api.url, apiKey: key }),
    ask: (path, init = {}) => fetch(api.url + path, { ...init, headers: { ...init.headers, 'x-api-key': key } }),
    stored: () => filesIn(root),
    async startWorker() {
      if (!existsSync(worker)) throw new Error('These tests run the built worker: npm run build');
      const child = spawn(process.execPath, [worker], {
        env: { ...process.env, ...env, ASSAY_PARENT_PID: String(process.pid) },
        stdio: 'ignore',
      });
      const exit = once(child, 'exit');
      ends.push(() => (child.kill('SIGKILL'), exit));
    },
    async killWorkers(count = ends.length) {
      await Promise.all(ends.splice(0, count).map((end) => end()));
    },
    stop: () => api.close(),
    async close() {
      await Promise.all(ends.map((end) => end()));
      await api.close();
      await redis.close();
      // The engine of a worker that was killed ends a moment after it, and may still be writing.
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
      endCheck();
    },
  };
}

/** Files but keys and audit log, which is written after an answer: a write under way is waited for, one left behind is seen. */
async function filesIn(root: string): Promise<string[]> {
  for (const deadline = Date.now() + maxWriteMs; ; await sleep(20)) {
    const names = await filesUnder(root);
    const settled = !names.some((name) => name.startsWith('.tmp/'));
    if (settled || Date.now() > deadline) return names.filter((name) => !/^(keys[/-]|audit\/)/.test(name));
  }
}

/** A small file on a slow disk takes less, ms. */
const maxWriteMs = 3000;
