/**
 * Time of one frame through the shipped face detector beside another one, in bare onnxruntime-node on one thread:
 *
 *     node bench/detectors.mjs OTHER.onnx [rounds] [--write]
 *
 * Both take turns frame by frame, so that what else the machine does hits both alike; threads do not spin. Decoding that
 * is not in the other's file is not counted. Prints milliseconds, median and best, and the ratios of both, as JSON. With
 * --write they go into models/face-detector/evaluation.json too, which detector-eval must have written first.
 */
import console from 'node:console';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { parseArgs } from 'node:util';
import ort from 'onnxruntime-node';

const sizes = [
  [640, 640],
  [640, 384],
  [320, 320],
];
const warmUps = 5;
const models = join(fileURLToPath(new URL('..', import.meta.url)), 'models');
const { positionals, values: flags } = parseArgs({ allowPositionals: true, options: { write: { type: 'boolean' } } });
const [other, rounds = '200'] = positionals;
if (!other) {
  console.error('usage: node bench/detectors.mjs OTHER.onnx [rounds]');
  process.exit(2);
}

const manifest = JSON.parse(readFileSync(join(models, 'manifest.json'), 'utf8'));
const entry = manifest.models.find(({ task }) => task === 'face-detector');
const options = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
};
const open = (path) => ort.InferenceSession.create(path, options);
const ours = { session: await open(join(models, entry.file)), scale: entry.input.scale[0], times: [] };
const theirs = { session: await open(other), scale: 1, times: [] };

const rounded = (value) => Number(value.toFixed(2));
const summary = (times) => {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], best: sorted[0] };
};

const rows = [];
for (const [width, height] of sizes) {
  for (const one of [ours, theirs]) {
    // The same noise for both, each in its own scale.
    const values = Float32Array.from({ length: 3 * width * height }, (_, i) => ((i * 2654435761) % 256) * one.scale);
    one.feeds = { [one.session.inputNames[0]]: new ort.Tensor('float32', values, [1, 3, height, width]) };
    one.times = [];
  }
  for (let round = 0; round < warmUps + Number(rounds); round += 1) {
    for (const one of [ours, theirs]) {
      const startedAt = process.hrtime.bigint();
      await one.session.run(one.feeds);
      if (round >= warmUps) one.times.push(Number(process.hrtime.bigint() - startedAt) / 1e6);
    }
  }
  const [mine, yours] = [summary(ours.times), summary(theirs.times)];
  const row = {
    size: `${width}x${height}`,
    ours: [mine.median, mine.best].map(rounded),
    other: [yours.median, yours.best].map(rounded),
    ratio: [mine.median / yours.median, mine.best / yours.best].map(rounded),
  };
  console.log(JSON.stringify(row));
  rows.push(row);
}
if (flags.write) {
  const file = join(models, 'face-detector', 'evaluation.json');
  const evaluation = { ...JSON.parse(readFileSync(file, 'utf8')), onnxruntimeNodeMs: { rounds: Number(rounds), rows } };
  writeFileSync(file, `${JSON.stringify(evaluation, null, 2)}\n`);
}
