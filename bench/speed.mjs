import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { makeClip } from './clips.mjs';
import { measure } from './measure.mjs';
import { openRecorder } from './record.mjs';

const { allocatorSettings } = createRequire(import.meta.url)('../libs/video');
const root = resolve(import.meta.dirname, '..');
/** Threads that the floor's inference and the scan's may use: the yardstick is a machine of two cores. */
const threads = 2;
/** As a worker's engine is started. */
const engineEnv = { ...process.env, ...allocatorSettings() };

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const medianCost = (costs) => ({ wall: median(costs.map((c) => c.wall)), cpu: median(costs.map((c) => c.cpu)) });

/**
 * One clip: the whole of `assay scan` (the process from start to end) beside its floor, which is bare ffmpeg decoding
 * the very same frames to nowhere, plus bare `session.run` on the same number and shape of tensors; and beside the same
 * scan in a process that is up. All in turns, so that a machine that slows down meanwhile slows down all of them.
 */
export async function measureClip(clip, repeats) {
  const made = makeClip(clip);
  const work = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  const recorder = openRecorder();
  try {
    const recorded = await scan(made.path, work, recorder.env);
    const verdict = JSON.parse(recorded.stdout);
    const decodes = recorder.decodes();
    const job = JSON.stringify({ threads, models: modelPaths(), runs: recorder.runs() });
    const costs = { scan: [], warm: [], decode: [], infer: [] };
    for (let i = 0; i < repeats; i += 1) {
      costs.scan.push(await scan(made.path, work));
      costs.warm.push(await node('bench/warm.mjs', [made.path, String(threads)], { env: engineEnv }));
      costs.decode.push(await decodeAll(made.path, decodes));
      costs.infer.push(await node('bench/infer.mjs', [], { stdin: job }));
    }
    return {
      name: clip.name,
      megabitsPerSecond: made.megabitsPerSecond,
      verdict: verdict.verdict,
      frames: verdict.cost.frames,
      faces: verdict.tracks.length,
      crops: verdict.cost.cropsScored,
      scan: medianCost(costs.scan),
      warmWall: median(costs.warm.map(({ wall }) => wall)),
      decode: medianCost(costs.decode),
      infer: medianCost(costs.infer),
    };
  } finally {
    recorder.close();
    rmSync(work, { recursive: true, force: true });
  }
}

const scan = (path, cwd, env = process.env) =>
  expectSuccess([join(root, 'assay'), 'scan', path, '--json', '--threads', String(threads)], { cwd, env });

/** Runs a program of this folder and gives back what it printed. */
const node = async (program, args, options) =>
  JSON.parse((await expectSuccess([process.execPath, join(root, program), ...args], options)).stdout);

async function decodeAll(path, decodes) {
  const total = { wall: 0, cpu: 0 };
  for (const call of decodes) {
    const { wall, cpu } = await expectSuccess(
      ['sh', '-c', 'exec "$@" 4>/dev/null >/dev/null', 'sh', 'ffmpeg', ...call.arguments],
      {
        input: path,
        stdin: call.stdin,
      },
    );
    total.wall += wall;
    total.cpu += cpu;
  }
  return total;
}

async function expectSuccess(command, options) {
  const result = await measure(command, options);
  if (result.code !== 0) throw new Error(`${command[0]} failed (${result.code}): ${result.stderr}`);
  return result;
}

function modelPaths() {
  const manifest = resolve(process.env.ASSAY_MODELS_DIR ?? join(root, 'models'), 'manifest.json');
  const { models } = JSON.parse(readFileSync(manifest, 'utf8'));
  return Object.fromEntries(models.map(({ sha256, file }) => [sha256, join(dirname(manifest), file)]));
}
