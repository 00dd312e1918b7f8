/**
 * Bare inference: the same models, the same number and shape of inputs, nothing else. Reads `{threads, models: {sha256:
 * path}, runs: [{sha256, input, dims}]}` on stdin and prints the seconds of the runs alone.
 */
import { readFileSync } from 'node:fs';

// As in the product, see libs/forensics/src/inference/no-telemetry.ts: before the library is loaded.
process.env.ORT_DISABLE_TELEMETRY ??= '1';
const { default: ort } = await import('onnxruntime-node');

const { threads, models, runs } = JSON.parse(readFileSync(0, 'utf8'));
const options = {
  executionProviders: ['cpu'],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
};
const sessions = {};
const inputs = {};
for (const { sha256, input, dims } of runs) {
  sessions[sha256] ??= await ort.InferenceSession.create(models[sha256], options);
  const size = dims.reduce((product, value) => product * value, 1);
  // Same values in every run: time does not depend on them, but all zeros could be a special case for some kernels.
  inputs[dims] ??= new ort.Tensor(
    'float32',
    Float32Array.from({ length: size }, (_, i) => (i % 255) / 255),
    dims,
  );
  // Once for warming up, as the product's threads do before the first frame comes.
  if (!sessions[sha256][dims]) await sessions[sha256].run({ [input]: inputs[dims] });
  sessions[sha256][dims] = true;
}
const cpuBefore = process.cpuUsage();
const startedAt = process.hrtime.bigint();
for (const { sha256, input, dims } of runs) await sessions[sha256].run({ [input]: inputs[dims] });
const wall = Number(process.hrtime.bigint() - startedAt) / 1e9;
const { user, system } = process.cpuUsage(cpuBefore);
console.log(JSON.stringify({ wall, cpu: (user + system) / 1e6 }));
