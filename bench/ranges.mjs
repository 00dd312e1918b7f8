/**
 * What a worker reads of a file to look at each of its segments, from a real S3 server: `node bench/ranges.mjs [CLIP]` (build
 * first; Debian's Swift). Every segment as if on a worker of its own, which has nothing of the file, and then all of them on one.
 * Decoding alone: no model is loaded.
 */
import { createReadStream, statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { defaultMediaLimits, defaultPolicy } from '@assay/contracts';
import { MediaFiles } from '@assay/pipeline';
import { createS3Store } from '@assay/storage';
import { decodeSegment, planFrames, probeMedia } from '@assay/video';
import { startS3 } from '../test/support/dist/s3.js';
import { clips, makeClip } from './clips.mjs';
import { machine } from './machine.mjs';

const { positionals } = parseArgs({ allowPositionals: true });
const never = new AbortController().signal;
const path = positionals[0] ?? makeClip(clips.find(({ seconds }) => seconds === 600)).path;
const key = 'media/clip';

const server = await startS3();
const store = createS3Store(server);
let bytes = 0;
let requests = 0;
const counted = {
  stat: (...args) => store.stat(...args),
  async stream(name, range, signal) {
    const body = await store.stream(name, range, signal);
    requests += 1;
    body?.on('data', (chunk) => (bytes += chunk.length));
    return body;
  },
  localFile: (...args) => store.localFile(...args),
};
await store.put(key, createReadStream(path), {}, never);
const size = statSync(path).size;

const probe = await probeMedia(path, defaultMediaLimits, never);
const plan = await planFrames(path, probe.value, defaultPolicy, never);
const megabytes = (count) => (count / 1e6).toFixed(1);

async function decode(files, segment) {
  const before = { bytes, requests, at: performance.now() };
  const media = await files.openParts(key, never);
  const frames = decodeSegment(media.source, probe.value.probe, plan.value, segment, never);
  let next = await frames.next();
  for (; !next.done; next = await frames.next()) next.value.release();
  await media.release();
  if (next.value.error) throw new Error(next.value.error);
  const seconds = (performance.now() - before.at) / 1000;
  return { bytes: bytes - before.bytes, requests: requests - before.requests, seconds };
}

console.log(`${path}: ${megabytes(size)} MB, ${plan.value.segments.length} segments; ${machine()}`);
for (const segment of plan.value.segments) {
  const files = new MediaFiles(counted, counted);
  const { seconds, ...read } = await decode(files, segment);
  await files.close();
  const share = ((100 * read.bytes) / size).toFixed(1);
  const { frameSeconds, mode } = segment;
  console.log(
    `segment ${segment.index} (${frameSeconds.length} frames, ${mode}): ${megabytes(read.bytes)} MB, ${share} % of the file, ` +
      `${read.requests} requests, ${seconds.toFixed(1)} s`,
  );
}
const before = bytes;
const files = new MediaFiles(counted, counted);
for (const segment of plan.value.segments) await decode(files, segment);
await files.close();
console.log(`all on one worker: ${megabytes(bytes - before)} MB, ${((100 * (bytes - before)) / size).toFixed(1)} %`);
await store.close();
await server.close();
