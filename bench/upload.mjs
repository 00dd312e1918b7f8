/**
 * Resumable uploads: do they survive cuts with the right hash in flat memory, and how fast are they beside writing the
 * same bytes to the store? Exits 1 when a hash is wrong or memory rises by more than 60 MB.
 *
 *     node bench/upload.mjs --size 2000 --cuts 20 --seed 1 --streams 1,32 --runs 3 [--s3]
 */
import { createCipheriv, createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { s3Settings, startS3 } from '../test/support/dist/s3.js';
import { machine } from './machine.mjs';
import { Sender } from './upload/send.mjs';
import { startService } from './upload/service.mjs';

const { values: options } = parseArgs({
  options: {
    /** MB (10^6 bytes) of the file that is generated. */
    size: { type: 'string', default: '2000' },
    /** Connections that are cut at random places. */
    cuts: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    /** Uploads at once that speed is measured with; the file is split between them. */
    streams: { type: 'string', default: '1,32' },
    /** Times that each speed is measured, in turns with the store alone; the medians count. */
    runs: { type: 'string', default: '3' },
    folder: { type: 'string', default: tmpdir() },
    /** Into a real S3 server (Debian's Swift) instead of a folder. */
    s3: { type: 'boolean', default: false },
  },
});

const never = new globalThis.AbortController().signal;
setMaxListeners(0, never);
const allowedMb = 60;
const settleMs = 3_000;
const bytes = Number(options.size) * 1e6;
const cuts = Number(options.cuts);
const folder = mkdtempSync(join(options.folder, 'assay-upload-bench-'));
const file = join(folder, 'file');
const s3 = options.s3 ? await startS3() : null;
if (s3) Object.assign(process.env, s3Settings(s3));
const service = await startService(folder);
const sender = new Sender(service);
const random = randomFrom(Number(options.seed));

try {
  const digest = await generate(file, bytes);
  await sleep(settleMs);
  await cutUpload(digest);
  for (const streams of options.streams.split(',').map(Number)) await speed(streams);
  console.log(`${machine()}.`);
} finally {
  await service.close();
  await s3?.close();
  rmSync(folder, { recursive: true, force: true });
}

async function cutUpload(digest) {
  const places = Array.from({ length: cuts }, () => Math.floor(random() * bytes)).sort((a, b) => a - b);
  const watch = service.memory();
  const path = await sender.begin(bytes);
  let [offset, again, media] = [0, 0, null];
  for (const cutAt of [...places, Infinity]) {
    await sender.send(file, { path, from: 0, offset, bytes, cutAt: Math.max(cutAt, offset + 1) });
    const sent = Math.min(cutAt, bytes);
    ({ offset, media } = await sender.head(path));
    again += Math.max(0, sent - offset);
  }
  const { first, highest } = watch.stop();
  const right = media === digest;
  const risen = highest - first;
  console.log(
    `${bytes / 1e6} MB, cut ${cuts} times (seed ${options.seed}): hash ${right ? 'right' : 'WRONG'}, ` +
      `${(again / 1e6).toFixed(1)} MB sent twice; the API at ${first.toFixed(0)} MB before, ${highest.toFixed(0)} MB at most: ` +
      `${risen.toFixed(0)} MB above (${allowedMb} allowed)`,
  );
  if (!right || risen > allowedMb) process.exitCode = 1;
  await sender.remove(media);
}

async function speed(streams) {
  const each = Math.floor(bytes / streams);
  const pieces = Array.from({ length: streams }, (_, n) => ({ from: n * each, bytes: each }));
  const [uploaded, written] = [[], []];
  const cpu = { upload: [], store: [] };
  for (let run = 0; run < Number(options.runs); run += 1) {
    const spent = process.cpuUsage();
    written.push(await mbPerSecond(() => Promise.all(pieces.map(writePiece))));
    const { user, system } = process.cpuUsage(spent);
    cpu.store.push((user + system) / 1e6);
    await Promise.all(pieces.map((_, n) => service.store.delete(`bench/${n}`, never)));
    let media = [];
    const before = service.cpuSeconds();
    uploaded.push(await mbPerSecond(async () => (media = await Promise.all(pieces.map(uploadPiece)))));
    cpu.upload.push(service.cpuSeconds() - before);
    for (const id of media) await sender.remove(id);
  }
  const [up, down] = [median(uploaded), median(written)];
  console.log(
    `${streams} at once: ${up.toFixed(0)} MB/s uploaded, ${down.toFixed(0)} MB/s written to the store directly, ` +
      `ratio ${(up / down).toFixed(2)} (${options.runs} runs each, in turns, medians); ` +
      `${perGb(cpu.upload)} s of CPU a GB in the API, ${perGb(cpu.store)} for the store alone`,
  );
}

function writePiece({ from, bytes: length }, n) {
  const body = createReadStream(file, { start: from, end: from + length - 1 });
  return service.store.put(`bench/${n}`, body, {}, never);
}

async function uploadPiece({ from, bytes: length }) {
  const path = await sender.begin(length);
  return sender.send(file, { path, from, offset: 0, bytes: length });
}

async function mbPerSecond(work) {
  const startedAt = globalThis.performance.now();
  await work();
  return bytes / 1e3 / (globalThis.performance.now() - startedAt);
}

/** Bytes that no one compresses and that every run makes again, by a cipher's key stream. @returns their SHA-256 */
async function generate(path, length) {
  const key = createHash('sha256').update(`assay ${options.seed}`).digest();
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(1 << 20);
  const hash = createHash('sha256');
  const out = createWriteStream(path);
  for (let made = 0; made < length; made += zeros.length) {
    const chunk = cipher.update(zeros.subarray(0, Math.min(zeros.length, length - made)));
    hash.update(chunk);
    if (!out.write(chunk)) await new Promise((resolve) => out.once('drain', resolve));
  }
  out.end();
  await finished(out);
  return hash.digest('hex');
}

/** mulberry32: small, and the same everywhere. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function perGb(seconds) {
  return ((median(seconds) / bytes) * 1e9).toFixed(2);
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
