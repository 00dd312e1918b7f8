/**
 * Memory of a worker with one and with two model sets, MB resident after some scans: `assay up --workers 1`, the shipped set, and a copy
 * of it with another calibration that judges as a canary. With a bound that only one set fits into, the two take turns. Linux only.
 */
import { Blob } from 'node:buffer';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { machine } from './machine.mjs';
import { childrenOf, commandOf, rss, submitBlob, untilDone, untilUp } from './memory.mjs';

const root = resolve(import.meta.dirname, '..');
const main = join(root, 'apps/cli/dist/main.js');
const scansEach = 3;
const settleMs = 3_000;

for (const threads of [1, 2]) {
  await measure({ threads, boundMb: 1024 });
}
await measure({ threads: 1, boundMb: 1 });
console.log(`\n${machine()}. \`node bench/model-sets.mjs\``);

async function measure({ threads, boundMb }) {
  const data = mkdtempSync(join(tmpdir(), 'assay-bench-sets-'));
  const env = {
    ...process.env,
    REDIS_URL: '',
    ASSAY_INFERENCE_THREADS: String(threads),
    ASSAY_MODELS_MEMORY_MB: String(boundMb),
    ASSAY_MODEL_CACHE_DIR: join(data, 'cache'),
  };
  const service = spawn(process.execPath, [main, 'up', '--port', '0', '--workers', '1', '--data', data], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const assay = (...args) => {
    const { status, stderr } = spawnSync(process.execPath, [main, ...args, '--data', data], { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  try {
    const { url, key } = await untilUp(service);
    const headers = { authorization: `Bearer ${key}` };
    const worker = childrenOf(service.pid).find((pid) => commandOf(pid).includes(join('apps', 'worker')));
    const after = async (round) => {
      for (let n = 0; n < scansEach; n += 1)
        await untilDone(url, headers, await submitBlob(url, headers, clip(round, n)));
      await sleep(settleMs);
      return Math.round([worker, ...childrenOf(worker)].map(rss).reduce((a, b) => a + b));
    };
    const one = await after(1);
    assay('models', 'sets', 'add', secondSet(data), '--name', 'second');
    assay('models', 'canary', 'second', '--share', '1');
    const canary = await after(2);
    assay('models', 'canary', 'second', '--share', '0.5');
    console.log({ threads, boundMb, one, afterTheOther: canary, both: await after(3) });
  } finally {
    service.kill('SIGINT');
    await once(service, 'exit');
    rmSync(data, { recursive: true, force: true });
  }
}

function secondSet(data) {
  const folder = join(data, 'second');
  cpSync(join(root, 'models'), folder, { recursive: true });
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  for (const model of manifest.models) if (model.calibration) model.calibration.b += 1;
  writeFileSync(path, JSON.stringify(manifest));
  return folder;
}

/** The same clip as something new: players skip an empty box. */
function clip(round, n) {
  const box = Buffer.from([0, 0, 0, 16, ...Buffer.from('free'), 0, 0, 0, round, 0, 0, 0, n]);
  return new Blob([readFileSync(join(root, 'test/fixtures/real-a.mp4')), box]);
}
